// How the leader of the commit queue checks conditions: it alone writes, so what it reads is true
// until it has written. A batch whose condition fails leaves the group; the log never sees it.

#include "db/conditions.h"

#include <algorithm>

#include "base/escape.h"
#include "base/mutant.h"  //@L16
#include "db/changes.h"   //@L16
#include "db/db_impl.h"
#include "wal/batch_format.h"

namespace strata {

bool Holds(const Condition& condition, const std::optional<Entry>& current) {
  //@solve 15.1 "say whether a condition holds"
  switch (condition.kind) {
    case Condition::Kind::kAbsent:
      return !current;
    case Condition::Kind::kPresent:
      return current.has_value();
    case Condition::Kind::kValue:
      return current && current->value == condition.value;
    case Condition::Kind::kVersion:
      return current && current->version == condition.version;
    //@L16{
    case Condition::Kind::kUnchanged:
    case Condition::Kind::kRangeUnchanged:
      break;  // Deletes count for these: see changes.h.
              //@}
  }
  return false;
  //@}
}

bool GroupKeys::Decide(const WriteBatch& batch) {
  //@solve 15.3 "keep a batch out of a group that decides its conditions" inert(return !batch.conditions().empty() && !batches_.empty();) uses(taken_apart_)
  if (batch.conditions().empty()) return false;
  for (; taken_apart_ < batches_.size(); ++taken_apart_) {
    const auto insert = [this](const wal::BatchEntry& entry) {
      keys_.insert(entry.key);
      return Status();
    };
    // A batch of our own making can always be taken apart.
    STRATA_CHECK(wal::ForEachEntry(batches_[taken_apart_]->encoded(), 1, insert).has_value());
  }
  return std::any_of(batch.conditions().begin(), batch.conditions().end(),
                     [this](const Condition& it) { return Writes(it); });
  //@}
}

bool GroupKeys::Writes(const Condition& condition) const {
  //@L16{
  if (condition.kind == Condition::Kind::kRangeUnchanged) {
    return std::any_of(keys_.begin(), keys_.end(), [&](std::string_view key) {
      return key >= condition.key && (!condition.upper || key < *condition.upper);
    });
  }
  //@}
  return keys_.contains(condition.key);
}

Result<std::optional<Entry>> DbImpl::FindEntry(const ReadPoint& point, std::string_view key,
                                               const ReadOptions& options) {
  Entry entry;
  //@L15..16{
  //| STRATA_TRY_ASSIGN(const bool found, FindKeyIn(*point.state, point.sequence, key, options,
  //|                                               &entry.value, nullptr, &entry.version));
  //@}
  //@L17{
  ExpiryCheck expiry(*environment_.clock);
  //@L17..18{
  //| STRATA_TRY_ASSIGN(const bool found, FindKeyIn(*point.state, point.sequence, key, options,
  //|                                               &entry.value, nullptr, &entry.version, &expiry));
  //@}
  //@L19{
  STRATA_TRY_ASSIGN(const bool found,
                    FindKeyIn(*point.state, point.sequence, key, options, &entry.value,
                              {.version = &entry.version, .expiry = &expiry}));
  //@}
  entry.expires_at_us = expiry.expires_at_us();
  //@}
  if (!found) return std::optional<Entry>();
  return std::optional<Entry>(std::move(entry));
}

Result<std::optional<Entry>> DbImpl::GetEntry(std::string_view key, const ReadOptions& options) {
  STRATA_TRY(owner_.Check(directory_));
  counters_.Add(Counter::kGets);
  ReadPoint point = TakeReadPoint();
  STRATA_TRY(MoveTo(options.snapshot, &point));
  STRATA_TRY(MoveTo(options.table, &point));  //@L17
  STRATA_TRY_ASSIGN(auto entry, FindEntry(point, key, options));
  if (entry) counters_.Add(Counter::kGetHits);
  return entry;
}

//@L16{
Result<std::optional<std::string>> DbImpl::ChangeAgainst(const Condition& condition,
                                                         const ReadPoint& now) {
  if (STRATA_MUTANT(validate_at_commit))
    return std::optional<std::string>();  // Unchanged since now.
  if (condition.kind == Condition::Kind::kRangeUnchanged) {
    return FindChange(*now.state, condition.key, condition.upper, condition.version);
  }
  STRATA_TRY_ASSIGN(const bool changed, KeyChanged(*now.state, condition.key, condition.version));
  return changed ? std::optional<std::string>(condition.key) : std::nullopt;
}
//@}

Result<std::optional<FailedCondition>> DbImpl::FirstFailure(
    const std::vector<Condition>& conditions, const ReadPoint& now) {
  //@solve 15.2 "check a batch's conditions in order"
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const Condition& condition = conditions[i];
    counters_.Add(Counter::kConditionsChecked);
    //| const ReadPoint& point = now;  //@L15..16
    //@L17{
    ReadPoint point = now;
    STRATA_TRY(MoveTo(condition.table, &point));
    //@}
    //@L16{
    if (condition.kind >= Condition::Kind::kUnchanged) {
      STRATA_TRY_ASSIGN(auto changed, ChangeAgainst(condition, point));
      if (!changed) continue;
      counters_.Add(Counter::kConditionsFailed);
      STRATA_TRY_ASSIGN(auto current, FindEntry(point, *changed, {}));
      return std::optional<FailedCondition>({i, *std::move(changed), std::move(current)});
    }
    //@}
    STRATA_TRY_ASSIGN(auto current, FindEntry(point, condition.key, {}));
    if (Holds(condition, current)) continue;
    counters_.Add(Counter::kConditionsFailed);
    return std::optional<FailedCondition>({i, condition.key, std::move(current)});
  }
  return std::optional<FailedCondition>();
  //@}
}

bool DbImpl::HasConditions(const std::vector<Writer*>& group) {
  return std::any_of(group.begin(), group.end(),
                     [](const Writer* it) { return !it->batch->conditions().empty(); });
}

std::vector<Writer*> DbImpl::CheckConditions(const std::vector<Writer*>& group) {
  std::vector<Writer*> writing;
  mutex_.Unlock();  // Nobody else writes meanwhile: the leader is at the front of the queue.
  const ReadPoint now = TakeReadPoint();
  for (Writer* writer : group) {
    auto failed = FirstFailure(writer->batch->conditions(), now);
    if (!failed) {
      writer->status = std::move(failed).error().WithContext("checking the batch's conditions");
    } else {
      writer->failed = *std::move(failed);
    }
    writer->decided = !writer->status || writer->failed || writer->batch->count() == 0;
    if (!writer->decided) writing.push_back(writer);
  }
  mutex_.Lock();
  return writing;
}

Result<WriteOutcome> DbImpl::WriteIf(const WriteBatch& batch, const WriteOptions& options) {
  STRATA_TRY(owner_.Check(directory_));
  STRATA_TRY(CheckBatch(batch));
  if (batch.count() == 0 && batch.conditions().empty()) return WriteOutcome();
  STRATA_TRY_ASSIGN(const auto resolved, ResolveExpiries(batch, options));  //@L17
  Writer self{.batch = &batch, .sync = WantsSync(options)};
  //@L17{
  if (resolved) {
    STRATA_TRY(CheckBatch(*resolved));  // Expiries have made it larger.
    self.batch = &*resolved;
  }
  //@}
  MutexLock lock(mutex_);
  STRATA_TRY(Enqueue(&self));
  WriteOutcome outcome;
  outcome.failed = std::move(self.failed);
  if (!outcome.failed && batch.count() > 0) {
    outcome.version = self.first_sequence + batch.count() - 1;
  }
  return outcome;
}

// For callers of Write, to whom a condition is something that should hold.
Error DbImpl::ConditionError(const WriteBatch& batch, const FailedCondition& failed) {
  static constexpr std::string_view kWants[] = {
      "absent", "present", "another value", "another version", "unchanged", "unchanged",
  };
  const auto kind = static_cast<std::size_t>(batch.conditions()[failed.index].kind);
  std::string is = "it isn't there";
  if (failed.current) is = "it has version " + std::to_string(failed.current->version);
  return {ErrorCode::kConditionFailed,
          "condition " + std::to_string(failed.index) + " of the batch doesn't hold: key \"" +
              EscapeShort(failed.key) + "\" should be " + std::string(kWants[kind]) + ", and " +
              is + "; nothing was written"};
}

}  // namespace strata
