#include "compaction/expiry_rules.h"

#include <algorithm>
#include <iterator>

namespace strata::compaction {
namespace {

bool AllGone(const TableMeta& table, std::uint64_t now_us) {
  return table.expiring > 0 && table.deletes + table.expiring == table.entries &&
         table.expiry_max_us <= now_us;
}

bool Overlap(const TableMeta& a, const TableMeta& b) {
  return UserKeyOf(a.smallest) <= UserKeyOf(b.largest) &&
         UserKeyOf(b.smallest) <= UserKeyOf(a.largest);
}

// Since when the table holds something that the deadline counts from; nothing when it doesn't.
std::optional<std::uint64_t> DeletesSince(const TableMeta& table) {
  if (table.deletes == 0) return std::nullopt;
  return table.delete_since_us != 0 ? table.delete_since_us : table.write_time_min_us;
}

// A delete at the bottom stays for every snapshot before it.
bool HeldBySnapshot(const TableMeta& table, const Snapshots& live) {
  return !live.empty() && live.front() < table.sequence_max;
}

// When the table becomes due for the deadline; a time that has passed means now.
std::optional<std::uint64_t> DueAt(const TableMeta& table, const ExpiryInput& input) {
  const bool dense = table.deletes > 0 && 2 * table.deletes >= table.entries;
  if (input.purge && dense && !HeldBySnapshot(table, input.live)) return 0;
  if (input.deadline_us == 0) return std::nullopt;
  std::optional<std::uint64_t> since;
  if (!HeldBySnapshot(table, input.live)) since = DeletesSince(table);
  if (table.expiring > 0) {
    since = std::min(since.value_or(table.expiry_min_us), table.expiry_min_us);
  }
  if (!since) return std::nullopt;
  const std::uint64_t half = input.deadline_us / 2;
  return *since > UINT64_MAX - half ? UINT64_MAX : *since + half;
}

KeyRange RangeOf(const TableMeta& table) {
  return {std::string(UserKeyOf(table.smallest)), std::string(UserKeyOf(table.largest)) + '\0'};
}

}  // namespace

std::optional<CompactionJob> PickExpired(const ExpiryInput& input) {
  std::vector<const TableMeta*> kept;  // Of older runs than the one looked at.
  CompactionJob job;
  const std::vector<Run>& runs = input.version.runs();
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    std::vector<const TableMeta*> kept_here;
    for (const auto& table : run->tables) {
      const TableMeta& meta = table->meta();
      const bool hides = std::any_of(kept.begin(), kept.end(),
                                     [&](const TableMeta* older) { return Overlap(meta, *older); });
      if (hides || !AllGone(meta, input.now_us) || input.busy.contains(meta.number)) {
        kept_here.push_back(&meta);
      } else {
        job.inputs.push_back(meta.number);
      }
    }
    kept.insert(kept.end(), kept_here.begin(), kept_here.end());
  }
  if (job.inputs.empty()) return std::nullopt;
  std::reverse(job.inputs.begin(), job.inputs.end());
  job.drop_inputs = true;
  job.reason = "all of it has expired";
  return job;
}

std::optional<CompactionJob> PickOverdue(const ExpiryInput& input, const Options& options) {
  if (input.deadline_us == 0 && !input.purge) return std::nullopt;
  const TreeView view = ViewOf(input.version);
  for (const Run& run : input.version.runs()) {
    for (const auto& table : run.tables) {
      const TableMeta& meta = table->meta();
      const auto due = DueAt(meta, input);
      if (!due || *due > input.now_us || input.busy.contains(meta.number)) continue;
      ManualPick pick = PickManual(view, RangeOf(meta), input.busy, options);
      if (pick.blocked) continue;
      if (!pick.job) {  // It is at the bottom: written anew where it is.
        pick.job.emplace();
        pick.job->inputs = {meta.number};
        pick.job->output = meta.position;
        pick.job->table_bytes = options.table_bytes;
      }
      pick.job->reason = *due == 0 ? "many deletes" : "the delete deadline";
      return pick.job;
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> NextDue(const ExpiryInput& input) {
  std::optional<std::uint64_t> next;
  const auto consider = [&](std::uint64_t time) {
    if (time > input.now_us && (!next || time < *next)) next = time;
  };
  for (const Run& run : input.version.runs()) {
    for (const auto& table : run.tables) {
      const TableMeta& meta = table->meta();
      if (meta.expiring > 0 && meta.deletes + meta.expiring == meta.entries) {
        consider(meta.expiry_max_us);
      }
      if (input.deadline_us == 0) continue;
      if (const auto due = DueAt(meta, input)) consider(*due);
      // A snapshot holds it: look again from time to time.
      if (meta.deletes > 0 && HeldBySnapshot(meta, input.live)) {
        consider(input.now_us + std::max<std::uint64_t>(input.deadline_us / 8, 1'000'000));
      }
    }
  }
  return next;
}

}  // namespace strata::compaction
