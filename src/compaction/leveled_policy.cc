// Leveled compaction (O'Neil et al., "The log-structured merge-tree", 1996, as LevelDB shaped it).
//
//   level 0      runs as they were flushed; they may overlap
//   level 1..    one run each, `level_multiplier` times the level above
//
// A level past its target hands one table at a time to the level below, merged with what overlaps
// it.

#include "compaction/leveled_policy.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "compaction/job_builder.h"
#include "compaction/small_files.h"

namespace strata::compaction {

constexpr std::uint32_t kLevelsMax = 7;

std::uint64_t TargetBytes(std::uint32_t level, const Options& options) {
  STRATA_DCHECK(level > 0);
  if (level + 1 >= kLevelsMax) return std::numeric_limits<std::uint64_t>::max();
  auto target = static_cast<double>(options.level1_bytes);
  for (std::uint32_t i = 1; i < level; ++i) target *= options.level_multiplier;
  return static_cast<std::uint64_t>(std::min(target, 1e18));
}

double LevelScore(const TreeView& tree, std::uint32_t level, const TableSet& busy,
                  const Options& options) {
  if (level == 0) {
    int idle = 0;
    for (const RunView& run : tree.level(0).runs) idle += AnyBusy(run, busy) ? 0 : 1;
    return static_cast<double>(idle) / options.level0_runs;
  }
  std::uint64_t bytes = 0;
  for (const RunView& run : tree.level(level).runs) {
    for (const TableView& table : run.tables) {
      if (!busy.contains(table.number)) bytes += table.size_bytes;
    }
  }
  return static_cast<double>(bytes) / static_cast<double>(TargetBytes(level, options));
}

// The reason is "level 0 has 4 runs".
std::optional<CompactionJob> PickLevel0(const TreeView& tree, const TableSet& busy,
                                        const Options& options) {
  const auto& runs = tree.level(0).runs;
  JobBuilder job(tree, {1, LeveledRun(tree, 1)});
  job.Add(runs.back());
  for (std::uint64_t before = 0; before != job.size_bytes();) {
    before = job.size_bytes();
    for (const RunView& run : runs) {
      if (job.hull().Overlaps(run)) job.Add(run);
    }
  }
  for (const RunView& run : runs) {
    if (job.Has(run) && AnyBusy(run, busy)) return std::nullopt;
  }
  if (!job.AddOverlapping(1, job.hull(), busy)) return std::nullopt;
  job.AddSmallNeighbours(1, options.table_bytes / kSmallFileShare, busy);
  return job.Build(options, "level 0 has " + std::to_string(runs.size()) + " runs");
}

namespace {

// A level that is due, with its score.
struct DueLevel {
  std::uint32_t level;
  double score;
};

class LeveledPolicy final : public Policy {
 public:
  explicit LeveledPolicy(const Options& options) : options_(options) {}

  std::string_view name() const override { return "leveled"; }

  std::vector<CompactionJob> Pick(const PolicyInput& input) const override {
    std::vector<CompactionJob> jobs;
    TableSet busy = input.busy;
    for (const DueLevel& due : DueLevels(input.tree, busy)) {
      std::optional<CompactionJob> job = PickAt(input.tree, due.level, busy);
      if (!job) continue;
      job->score = due.score;
      busy.insert(job->inputs.begin(), job->inputs.end());
      jobs.push_back(*std::move(job));
    }
    return jobs;
  }

  std::vector<CompactionJob> PickAtRest(const PolicyInput& input) const override;
  Debt EstimateDebt(const TreeView& tree, std::uint64_t now_us) const override;

 private:
  std::vector<DueLevel> DueLevels(const TreeView& tree, const TableSet& busy) const;
  std::optional<CompactionJob> PickAt(const TreeView& tree, std::uint32_t level,
                                      const TableSet& busy) const;
  std::optional<CompactionJob> PickTable(const TreeView& tree, std::uint32_t level,
                                         const TableSet& busy) const;
  std::optional<CompactionJob> PickAllRuns(const TreeView& tree, std::uint32_t level,
                                           const TableSet& busy) const;

  const Options options_;
};

// Most urgent first; the upper of two equals, since more reads pass through it.
std::vector<DueLevel> LeveledPolicy::DueLevels(const TreeView& tree, const TableSet& busy) const {
  std::vector<DueLevel> due;
  for (std::uint32_t level = 0; level < tree.levels.size(); ++level) {
    double score = LevelScore(tree, level, busy, options_);
    // Another policy's tree: nothing else works before the level is one run.
    if (level > 0 && tree.levels[level].runs.size() > 1) score = std::max(score, 1000.0);
    if (score >= 1) due.push_back({level, score});
  }
  std::stable_sort(due.begin(), due.end(),
                   [](const DueLevel& a, const DueLevel& b) { return a.score > b.score; });
  return due;
}

std::optional<CompactionJob> LeveledPolicy::PickAt(const TreeView& tree, std::uint32_t level,
                                                   const TableSet& busy) const {
  if (level > 0 && tree.level(level).runs.size() > 1) return PickAllRuns(tree, level, busy);
  if (tree.level(level + 1).runs.size() > 1) return std::nullopt;  // First that one.
  return level == 0 ? PickLevel0(tree, busy, options_) : PickTable(tree, level, busy);
}

// The table that costs least to merge: the fewest bytes of the next level for each of its own.
std::optional<CompactionJob> LeveledPolicy::PickTable(const TreeView& tree, std::uint32_t level,
                                                      const TableSet& busy) const {
  std::optional<JobBuilder> best;
  double best_cost = 0;
  for (const TableView& table : tree.level(level).runs.front().tables) {
    if (busy.contains(table.number)) continue;
    Hull hull;
    hull.Extend(table);
    JobBuilder job(tree, {level + 1, LeveledRun(tree, level + 1)});
    job.Add(table);
    if (!job.AddOverlapping(level + 1, hull, busy)) continue;
    const double cost = static_cast<double>(job.size_bytes() - table.size_bytes) /
                        static_cast<double>(std::max<std::uint64_t>(table.size_bytes, 1));
    if (best && cost >= best_cost) continue;
    best = std::move(job);
    best_cost = cost;
  }
  if (!best) return std::nullopt;
  return best->Build(options_, "level " + std::to_string(level) + " is past its target");
}

// Merges the runs that a tiered policy left in a level into one.
std::optional<CompactionJob> LeveledPolicy::PickAllRuns(const TreeView& tree, std::uint32_t level,
                                                        const TableSet& busy) const {
  const auto& runs = tree.level(level).runs;
  JobBuilder job(tree, {level, runs.front().run});
  for (const RunView& run : runs) {
    if (AnyBusy(run, busy)) return std::nullopt;
    job.Add(run);
  }
  return job.Build(options_, "level " + std::to_string(level) + " must be one run");
}

// --- at rest -------------------------------------------------------------------------------------

// What is deeper is too large to be written anew for the sake of one run less.
constexpr std::uint32_t kRestLevelLast = 2;

// Level `level` and those below it are more than one run. To make them one costs each byte of it no
// more than going down costs in a full tree, and at most 4 times level 1 in all.
bool IsCheapToMerge(const TreeView& tree, std::uint32_t level, const Options& options) {
  const LevelView& here = tree.level(level);
  for (std::uint32_t below = level + 1; below <= kRestLevelLast; ++below) {
    const std::uint64_t bytes = tree.level(below).size_bytes();
    if (bytes == 0) continue;
    return bytes <= here.size_bytes() * static_cast<std::uint64_t>(options.level_multiplier) &&
           bytes <= 4 * options.level1_bytes;
  }
  return here.runs.size() > 1;
}

std::vector<CompactionJob> LeveledPolicy::PickAtRest(const PolicyInput& input) const {
  std::vector<CompactionJob> jobs;
  TableSet busy = input.busy;
  for (std::uint32_t level = 0; level < kRestLevelLast; ++level) {
    if (!IsCheapToMerge(input.tree, level, options_)) continue;
    std::optional<CompactionJob> job = PickAt(input.tree, level, busy);
    if (!job) continue;
    job->reason = "level " + std::to_string(level) + " at rest";
    busy.insert(job->inputs.begin(), job->inputs.end());
    jobs.push_back(*std::move(job));
  }
  return jobs;
}

// --- debt ----------------------------------------------------------------------------------------

// What is past a target will be merged with its share of the next level, and be past that one's.
Debt LeveledPolicy::EstimateDebt(const TreeView& tree, std::uint64_t /*now_us*/) const {
  double debt = 0;
  double carried = 0;
  const LevelView& level0 = tree.level(0);
  const auto runs_wanted = static_cast<std::size_t>(options_.level0_runs);
  if (level0.runs.size() >= runs_wanted) {
    carried = static_cast<double>(level0.size_bytes());
    debt = carried + static_cast<double>(tree.level(1).size_bytes());
  }
  for (std::uint32_t level = 1; level < std::max<std::size_t>(tree.levels.size(), 2); ++level) {
    const double bytes = static_cast<double>(tree.level(level).size_bytes()) + carried;
    carried = std::max(0.0, bytes - static_cast<double>(TargetBytes(level, options_)));
    if (carried == 0) continue;
    debt += carried * (1 + static_cast<double>(tree.level(level + 1).size_bytes()) / bytes);
  }
  return {.bytes = static_cast<std::uint64_t>(debt), .runs = level0.RunsPast(runs_wanted)};
}

}  // namespace

std::unique_ptr<const Policy> NewLeveledPolicy(const Options& options) {
  return std::make_unique<LeveledPolicy>(options);
}

}  // namespace strata::compaction
