// How the leader of the commit queue checks conditions: it alone writes, so what it reads is true
// until it has written. A batch whose condition fails leaves the group; the log never sees it.

#include "commit/conditions.h"

#include <algorithm>

#include "base/escape.h"
#include "base/mutant.h"
#include "read/changes.h"
#include "wal/batch_format.h"

namespace strata {

bool Holds(const Condition& condition, const std::optional<Entry>& current) {
  switch (condition.kind) {
    case Condition::Kind::kAbsent:
      return !current;
    case Condition::Kind::kPresent:
      return current.has_value();
    case Condition::Kind::kValue:
      return current && current->value == condition.value;
    case Condition::Kind::kVersion:
      return current && current->version == condition.version;
    case Condition::Kind::kUnchanged:
    case Condition::Kind::kRangeUnchanged:
      break;  // Deletes count for these: see changes.h.
  }
  return false;
}

bool GroupKeys::Decide(const WriteBatch& batch) {
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
}

bool GroupKeys::Writes(const Condition& condition) const {
  if (condition.kind == Condition::Kind::kRangeUnchanged) {
    return std::any_of(keys_.begin(), keys_.end(), [&](std::string_view key) {
      return key >= condition.key && (!condition.upper || key < *condition.upper);
    });
  }
  return keys_.contains(condition.key);
}

// A key by which the store has changed from what the condition says, if any.
static Result<std::optional<std::string>> ChangeAgainst(const Condition& condition,
                                                        const ReadPoint& now) {
  if (STRATA_MUTANT(validate_at_commit))
    return std::optional<std::string>();  // Unchanged since now.
  if (condition.kind == Condition::Kind::kRangeUnchanged) {
    return FindChange(*now.state, condition.key, condition.upper, condition.version);
  }
  STRATA_TRY_ASSIGN(const bool changed, KeyChanged(*now.state, condition.key, condition.version));
  return changed ? std::optional<std::string>(condition.key) : std::nullopt;
}

Result<std::optional<FailedCondition>> FirstFailure(const std::vector<Condition>& conditions,
                                                    const ReadPoint& now, Reader& reader,
                                                    Counters& counters) {
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const Condition& condition = conditions[i];
    counters.Add(Counter::kConditionsChecked);
    ReadPoint point = now;
    STRATA_TRY(Reader::MoveTo(condition.table, &point));
    if (condition.kind >= Condition::Kind::kUnchanged) {
      STRATA_TRY_ASSIGN(auto changed, ChangeAgainst(condition, point));
      if (!changed) continue;
      counters.Add(Counter::kConditionsFailed);
      STRATA_TRY_ASSIGN(auto current, reader.FindEntry(point, *changed, {}));
      return std::optional<FailedCondition>({i, *std::move(changed), std::move(current)});
    }
    STRATA_TRY_ASSIGN(auto current, reader.FindEntry(point, condition.key, {}));
    if (Holds(condition, current)) continue;
    counters.Add(Counter::kConditionsFailed);
    return std::optional<FailedCondition>({i, condition.key, std::move(current)});
  }
  return std::optional<FailedCondition>();
}

Error ConditionError(const WriteBatch& batch, const FailedCondition& failed) {
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
