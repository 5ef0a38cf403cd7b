// How a batch gets in, one writer at a time: the log first, then the memtable, then everybody may
// see it.

#include "db/db_impl.h"

namespace strata {

Status DbImpl::Write(const WriteBatch& batch, [[maybe_unused]] const WriteOptions& options) {
  STRATA_TRY(owner_.Check(directory_));  //@L03
  STRATA_TRY(CheckBatch(batch));
  MutexLock lock(mutex_);
  STRATA_TRY(CheckWritable());
  if (batch.count() == 0) return {};
  STRATA_TRY(MakeRoom());  //@L05
  const SequenceNumber first = last_sequence_ + 1;
  //@L03{
  const std::string_view parts[] = {batch.encoded()};
  STRATA_TRY(Remember(log_.writer->Append(wal::RecordType::kBatch, first, parts)));
  if (WantsSync(options)) STRATA_TRY(Remember(log_.writer->Sync()));
  //@}
  STRATA_TRY(InsertEntries(batch.encoded(), first, /*concurrently=*/false));
  last_sequence_ += batch.count();
  visible_sequence_.store(last_sequence_, std::memory_order_release);
  counters_.Add(Counter::kWrites);
  counters_.Add(Counter::kEntriesWritten, batch.count());
  counters_.Add(Counter::kUserBytesWritten, batch.user_bytes());
  return {};
}

//@L03{
Status DbImpl::Sync() {
  STRATA_TRY(owner_.Check(directory_));
  MutexLock lock(mutex_);
  STRATA_TRY(CheckWritable());
  return Remember(log_.writer->Sync());
}
//@}

}  // namespace strata
