// How a batch gets in, one writer at a time: the log first, then the memtable, then everybody may
// see it.

#include "db/db_impl.h"

namespace strata {

Status DbImpl::Write(const WriteBatch& batch, [[maybe_unused]] const WriteOptions& options) {
  STRATA_TRY(CheckOwner());
  STRATA_TRY(CheckBatch(batch));
  MutexLock lock(mutex_);
  STRATA_TRY(health_.CheckWritable());
  if (batch.count() == 0) return {};
  STRATA_TRY(MakeRoom());
  const SequenceNumber first = trees_.last_sequence() + 1;
  const std::string_view parts[] = {batch.encoded()};
  STRATA_TRY(health_.Remember(journal_.Append(first, parts)));
  if (WantsSync(options)) STRATA_TRY(health_.Remember(journal_.Sync()));
  STRATA_TRY(trees_.Insert(batch.encoded(), first, /*concurrently=*/false));
  trees_.SetLastSequence(trees_.last_sequence() + batch.count());
  reader_.Show(trees_.last_sequence());
  context_.counters.Add(Counter::kWrites);
  context_.counters.Add(Counter::kEntriesWritten, batch.count());
  context_.counters.Add(Counter::kUserBytesWritten, batch.user_bytes());
  return {};
}

Status DbImpl::Sync() {
  STRATA_TRY(CheckOwner());
  MutexLock lock(mutex_);
  STRATA_TRY(health_.CheckWritable());
  return health_.Remember(journal_.Sync());
}

}  // namespace strata
