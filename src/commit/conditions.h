// Conditions of batches, as the commit queue's leader sees them; see commit_queue.h.
//
// Thread safety: none.

#pragma once

#include <optional>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/mutant.h"
#include "read/reader.h"
#include "stats/counters.h"
#include "strata/conditions.h"
#include "strata/write_batch.h"

namespace strata {

// Whether `current`, the key's entry (or its absence), is what the condition asks for.
bool Holds(const Condition& condition, const std::optional<Entry>& current);

// The first condition that doesn't hold at `now`, if any. Errors: those of reads.
Result<std::optional<FailedCondition>> FirstFailure(const std::vector<Condition>& conditions,
                                                    const ReadPoint& now, Reader& reader,
                                                    Counters& counters);

// For callers of Write, to whom a condition is something that should hold.
Error ConditionError(const WriteBatch& batch, const FailedCondition& failed);

// The keys that the batches of a group write, to say who may join it: a condition on one of them
// can only be checked once the group is written. Costs nothing while no batch has conditions.
class GroupKeys {
 public:
  // The batch, which must outlive this, is in the group.
  void Add(const WriteBatch& batch) {
    if (STRATA_MUTANT(conditions_ignore_group)) return;
    batches_.push_back(&batch);
  }
  // True iff a condition of `batch` is about a key that the group writes.
  bool Decide(const WriteBatch& batch);

 private:
  bool Writes(const Condition& condition) const;

  std::vector<const WriteBatch*> batches_;
  std::size_t taken_apart_ = 0;  // So many of them are in keys_.
  std::unordered_set<std::string_view> keys_;
};

}  // namespace strata
