// Replicated tables: entries that another log keeps, and how far they are durable.

#include "commit/apply.h"

#include "db/db_impl.h"

namespace strata {

Result<WriteOutcome> DbImpl::Apply(TableRef table, const WriteBatch& batch, const Applied& at) {
  STRATA_TRY(CheckOwner());
  STRATA_TRY(CheckBatch(batch));
  STRATA_TRY(CheckAppliedBatch(batch, table));
  std::unique_ptr<Applying> turn;
  {
    MutexLock lock(mutex_);
    STRATA_TRY(health_.CheckWritable());
    auto tree = trees_.Find(table);
    if (tree == nullptr) return NoTable(table);
    STRATA_TRY_ASSIGN(turn, Applying::Begin(context_, std::move(tree), at));
  }
  WriteOutcome outcome;
  outcome.repeated = turn->repeated();
  if (outcome.repeated) return outcome;
  STRATA_TRY_ASSIGN(const auto resolved, ResolveExpiries(batch, {.now_us = turn->at().now_us}));
  if (resolved) STRATA_TRY(CheckBatch(*resolved));  // Expiries have made it larger.
  SequenceNumber first = 0;
  STRATA_TRY(commit_.Apply(resolved ? *resolved : batch, *turn, &outcome.failed, &first));
  if (!outcome.failed && batch.count() > 0) outcome.version = first + batch.count() - 1;
  return outcome;
}

Result<AppliedIndex> DbImpl::AppliedIndexOf(TableRef table) {
  STRATA_TRY(CheckOwner());
  MutexLock lock(mutex_);
  const auto tree = trees_.Find(table);
  if (tree == nullptr) return NoTable(table);
  if (tree->replica == nullptr) return NotReplicated(*tree);
  return tree->replica->index();
}

}  // namespace strata
