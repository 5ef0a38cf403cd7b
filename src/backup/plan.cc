#include "backup/plan.h"

#include <algorithm>

#include "backup/repository.h"

namespace strata::backup {
namespace {

Error NotFound(std::string message) {
  return Error(ErrorCode::kNotFound, std::move(message));
}

// Number or name; empty: the newest. A damaged list is an error only where it is asked for.
Result<Manifest> Choose(Target& target, const std::string& which) {
  STRATA_TRY_ASSIGN(auto backups, ReadBackups(target));
  std::string there;
  for (auto found = backups.rbegin(); found != backups.rend(); ++found) {
    const std::string number = std::to_string(found->number);
    if (which == number || which.empty()) return std::move(found->manifest);
    if (found->manifest && found->manifest->name == which) return std::move(found->manifest);
    there = number + (there.empty() ? "" : ", ") + there;
  }
  if (there.empty()) return NotFound("there is no backup in " + target.where());
  return NotFound("there is no backup " + which + " in " + target.where() + "; there are " + there);
}

// Backups and logs say of a sequence when it was the last. Gives the newest one that was by then.
Result<SequenceNumber> SequenceAt(Target& target, const FileId& store, std::uint64_t time_us) {
  std::optional<SequenceNumber> at;
  STRATA_TRY_ASSIGN(const auto backups, ReadBackups(target));
  for (const FoundBackup& found : backups) {
    if (!found.manifest || found.manifest->state.properties.store_id != store) continue;
    if (found.manifest->time_us <= time_us)
      at = std::max(at, std::optional(found.manifest->sequence()));
  }
  STRATA_TRY_ASSIGN(const auto names, ListLogs(target, store));
  for (const LogsName& name : names) {
    STRATA_TRY_ASSIGN(const Logs logs, ReadLogs(target, name));
    if (logs.time_us <= time_us) at = std::max(at, std::optional(name.last));
  }
  if (!at) return NotFound("there is no backup as old as that in " + target.where());
  return *at;
}

// The newest backup of the store that isn't past `sequence`.
Result<Manifest> BaseFor(Target& target, const FileId& store, SequenceNumber sequence) {
  STRATA_TRY_ASSIGN(auto backups, ReadBackups(target));
  for (auto found = backups.rbegin(); found != backups.rend(); ++found) {
    if (!found->manifest) return std::move(found->manifest).error();
    if (found->manifest->state.properties.store_id == store &&
        found->manifest->sequence() <= sequence) {
      return std::move(found->manifest);
    }
  }
  return NotFound("no backup in " + target.where() + " is of sequence " + std::to_string(sequence) +
                  " or before");
}

// Adds those records that are on the way to `sequence`.
Status AddRecords(Logs logs, SequenceNumber sequence, Plan* plan) {
  for (LoggedRecord& record : logs.records) {
    STRATA_TRY_ASSIGN(const std::uint64_t count, CountEntries(record.payload));
    const SequenceNumber last = record.first + count - 1;
    if (last <= plan->sequence) continue;
    if (record.first != plan->sequence + 1 || last > sequence) return {};
    plan->sequence = last;
    plan->records.push_back(std::move(record));
  }
  return {};
}

// Only whole records: each is one batch or several, and the last one may be too long.
Status AddLogs(Target& target, SequenceNumber sequence, Plan* plan) {
  const std::uint32_t tables = ChecksumOfTables(plan->from.state);
  SequenceNumber reached = plan->sequence;
  STRATA_TRY_ASSIGN(const auto names, ListLogs(target, plan->from.state.properties.store_id));
  for (const LogsName& name : names) {
    if (reached >= sequence) return {};
    if (name.last <= reached) continue;
    if (name.first > reached + 1) break;
    STRATA_TRY_ASSIGN(Logs logs, ReadLogs(target, name));
    if (logs.tables != tables) {
      return NotFound("the logs from " + std::to_string(name.first) +
                      " on can't be put on top of backup " + std::to_string(plan->from.number) +
                      ": a table was created, dropped or emptied between");
    }
    STRATA_TRY(AddRecords(std::move(logs), sequence, plan));
    reached = name.last;
  }
  if (reached >= sequence) return {};
  return NotFound("the logs in " + target.where() + " lack the writes from " +
                  std::to_string(reached + 1) + " on; backup " + std::to_string(plan->from.number) +
                  " can be brought to " + std::to_string(reached) + " at most");
}

}  // namespace

Result<Plan> MakePlan(Target& target, const RestoreOptions& how) {
  if (how.sequence && how.time_us) {
    return InvalidArgument("a store is restored to a sequence or to a time, not to both");
  }
  Plan plan;
  STRATA_TRY_ASSIGN(plan.from, Choose(target, how.backup));
  std::optional<SequenceNumber> sequence = how.sequence;
  const FileId store = plan.from.state.properties.store_id;
  if (how.time_us) {
    STRATA_TRY_ASSIGN(sequence, SequenceAt(target, store, *how.time_us));
  }
  if (sequence && how.backup.empty()) {
    STRATA_TRY_ASSIGN(plan.from, BaseFor(target, store, *sequence));
  }
  plan.sequence = plan.from.sequence();
  if (sequence && *sequence < plan.sequence) {
    return InvalidArgument("backup " + std::to_string(plan.from.number) + " is of sequence " +
                           std::to_string(plan.sequence) + ", after " + std::to_string(*sequence));
  }
  Checked checked;
  STRATA_TRY(CheckBackup(target, plan.from, &checked));
  if (sequence) STRATA_TRY(AddLogs(target, *sequence, &plan));
  return plan;
}

}  // namespace strata::backup
