// Work that a writer does itself before its batch gets in: when the memtable is full, it writes it
// out, and everybody waits.

#include "db/db_impl.h"

namespace strata {

Status DbImpl::MakeRoom() {
  if (trees_.default_tree()->memtable->bytes_used() < context_.options.memtable_bytes) return {};
  return SwitchMemTable();
}

Status DbImpl::Flush() {
  STRATA_TRY(CheckOwner());
  MutexLock lock(mutex_);
  STRATA_TRY(health_.CheckWritable());
  return SwitchMemTable();
}

Status DbImpl::SwitchMemTable() {
  if (trees_.default_tree()->memtable->empty()) return {};
  const FileNumber number = files_.store().NewNumber();
  // The old log is on the disk as a whole before the new one takes a write: no holes.
  STRATA_TRY(health_.Remember(journal_.End()));
  VersionEdit sealed;
  sealed.sealed_logs.push_back({journal_.number(), journal_.size()});
  STRATA_TRY(versions_.Install(std::move(sealed), {}));
  STRATA_TRY(health_.Remember(journal_.Begin(number)));
  VersionEdit edit;
  std::vector<std::shared_ptr<const Table>> opened;
  STRATA_TRY(
      health_.Remember(flush_writer_.Write(*trees_.default_tree(), *trees_.default_tree()->memtable,
                                           trees_.since_us(), &edit, &opened)));
  STRATA_TRY(health_.Remember(context_.environment.files->SyncDirectory(context_.directory)));
  edit.begun_logs.push_back({number, context_.environment.clock->WallMicros()});
  edit.oldest_log = number;
  trees_.default_tree()->memtable = trees_.NewMemTable();
  trees_.SetSince(context_.environment.clock->WallMicros());
  STRATA_TRY(versions_.Install(std::move(edit), std::move(opened)));
  journal_.Release(number);
  return CompactUntilIdle();
}

}  // namespace strata
