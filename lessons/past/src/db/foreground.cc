// Work that a writer does itself before its batch gets in: when the memtable is full, it writes it
// out, and everybody waits.

#include "db/db_impl.h"

namespace strata {

Status DbImpl::MakeRoom() {
  if (tree_->memtable->bytes_used() < options_.memtable_bytes) return {};
  return SwitchMemTable();
}

Status DbImpl::Flush() {
  STRATA_TRY(owner_.Check(directory_));
  MutexLock lock(mutex_);
  STRATA_TRY(CheckWritable());
  return SwitchMemTable();
}

Status DbImpl::SwitchMemTable() {
  if (tree_->memtable->empty()) return {};
  const FileNumber number = table_store_.new_number();
  // The old log is on the disk as a whole before the new one takes a write: no holes.
  STRATA_TRY(Remember(log_.writer->End()));
  STRATA_TRY(Remember(log_.file->Close()));
  //@L06{
  VersionEdit sealed;
  sealed.sealed_logs.push_back({log_.number, log_.writer->size()});
  STRATA_TRY(InstallEdit(std::move(sealed), {}));
  //@}
  STRATA_TRY(Remember(StartLog(number)));
  VersionEdit edit;
  std::vector<std::shared_ptr<const Table>> opened;
  STRATA_TRY(Remember(WriteMemTable(*tree_, *tree_->memtable, memtable_since_us_, &edit, &opened)));
  STRATA_TRY(Remember(environment_.files->SyncDirectory(directory_)));
  //@L06{
  edit.begun_logs.push_back({number, environment_.clock->WallMicros()});
  edit.oldest_log = number;
  //@}
  tree_->memtable = NewMemTable();
  memtable_since_us_ = environment_.clock->WallMicros();
  STRATA_TRY(InstallEdit(std::move(edit), std::move(opened)));
  RemoveLogsBefore(number);
  return CompactUntilIdle();  //@L10
  //@L05..09{
  //| return {};
  //@}
}

}  // namespace strata
