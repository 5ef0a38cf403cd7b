// Compacts a key range on request, level by level. The result has the keys in one run, and no
// tombstones among them that no snapshot needs.

#include <algorithm>
#include <utility>

#include "compaction/job_builder.h"
#include "compaction/policy.h"

namespace strata::compaction {
namespace {

struct Reach {
  std::uint32_t top = 0;     // The first and
  std::uint32_t bottom = 0;  // the last level with something in the range.
  int runs = 0;
};

Reach ReachOf(const TreeView& tree, const KeyRange& range) {
  Reach reach;
  for (std::uint32_t number = 0; number < tree.levels.size(); ++number) {
    for (const RunView& run : tree.levels[number].runs) {
      const bool touched =
          std::any_of(run.tables.begin(), run.tables.end(),
                      [&](const TableView& table) { return range.Overlaps(table); });
      if (!touched) continue;
      if (reach.runs++ == 0) reach.top = number;
      reach.bottom = number;
    }
  }
  return reach;
}

// Everything in the two levels that overlaps the range, or overlaps what was added for it. Whatever
// is left in them doesn't overlap the job, so the job's output may stand anywhere in `to`.
std::optional<JobBuilder> Collect(const TreeView& tree, const KeyRange& range, std::uint32_t from,
                                  std::uint32_t to, const TableSet& busy) {
  JobBuilder job(tree, {to, LeveledRun(tree, to)});
  for (const RunView& run : tree.level(from).runs) {
    for (const TableView& table : run.tables) {
      if (!range.Overlaps(table)) continue;
      if (busy.contains(table.number)) return std::nullopt;
      job.Add(table);
    }
  }
  for (std::uint64_t before = 0; before != job.size_bytes();) {
    before = job.size_bytes();
    if (!job.AddOverlapping(from, job.hull(), busy)) return std::nullopt;
    if (!job.AddOverlapping(to, job.hull(), busy)) return std::nullopt;
  }
  return job;
}

}  // namespace

ManualPick PickManual(const TreeView& tree, const KeyRange& range, const TableSet& busy,
                      const Options& options) {
  const Reach reach = ReachOf(tree, range);
  if (reach.runs == 0 || (reach.runs == 1 && reach.top > 0)) return {};  // Done.

  const std::uint32_t from = reach.top;
  const std::uint32_t to = from == reach.bottom && from > 0 ? from : from + 1;
  // Where a level has several runs a running job may be merging whole ones of them around our keys.
  const LevelView& target = tree.level(to);
  if (target.runs.size() > 1 && AnyBusy(target, busy)) return {.job = {}, .blocked = true};
  std::optional<JobBuilder> job = Collect(tree, range, from, to, busy);
  if (!job) return {.job = {}, .blocked = true};
  if (target.runs.size() > 1) job->OutputToNewestRun();
  return {.job = job->Build(options, "asked for"), .blocked = false};
}

}  // namespace strata::compaction
