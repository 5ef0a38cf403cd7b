// One rule from leveled to tiered, after Apache Cassandra's unified compaction strategy
// (CEP-26, 2023): a level takes runs until it has its number of them, then all are merged into one,
// which goes down a level when it has grown past what this level is for.
//
//   w    runs until a merge   a level holds        behaves as
//   -8          2             10 x the one above   leveled: few runs, much rewriting
//    0          2              2 x                 both
//    2          4              4 x                 tiered: more runs, little rewriting

#include <algorithm>
#include <charconv>
#include <utility>

#include "compaction/job_builder.h"
#include "compaction/policy.h"

namespace strata::compaction {
namespace {

class UnifiedPolicy final : public Policy {
 public:
  // REQUIRES: `w` isn't empty.
  UnifiedPolicy(std::string name, std::vector<int> w, const Options& options)
      : name_(std::move(name)), w_(std::move(w)), options_(options) {}

  std::string_view name() const override { return name_; }

  std::vector<CompactionJob> Pick(const PolicyInput& input) const override {
    std::vector<CompactionJob> jobs;
    TableSet busy = input.busy;
    for (std::uint32_t level = 0; level < input.tree.levels.size(); ++level) {
      std::optional<CompactionJob> job = PickFrom(input.tree, level, busy);
      if (!job) continue;
      busy.insert(job->inputs.begin(), job->inputs.end());
      jobs.push_back(*std::move(job));
    }
    std::stable_sort(jobs.begin(), jobs.end(), [](const CompactionJob& a, const CompactionJob& b) {
      return a.score > b.score;
    });
    return jobs;
  }

  Debt EstimateDebt(const TreeView& tree, std::uint64_t now_us) const override {
    return {.bytes = InputBytes(tree, Pick({.tree = tree, .busy = {}, .now_us = now_us})),
            .runs = tree.level(0).RunsPast(RunsMax(0))};
  }

 private:
  int W(std::uint32_t level) const { return w_[std::min<std::size_t>(level, w_.size() - 1)]; }

  std::size_t RunsMax(std::uint32_t level) const {
    return static_cast<std::size_t>(ShapeOf(W(level)).runs_max);
  }

  // A merged run of this size or more goes to the next level. Runs are weighed before compression,
  // against a quarter of a memtable: that is what small entries leave of one, without its pointers.
  double CapacityBytes(std::uint32_t level) const {
    double bytes = static_cast<double>(options_.memtable_bytes) / 4;
    for (std::uint32_t i = 0; i <= level; ++i) bytes *= ShapeOf(W(i)).fan_out;
    return bytes;
  }

  std::optional<CompactionJob> PickFrom(const TreeView& tree, std::uint32_t level,
                                        const TableSet& busy) const;

  const std::string name_;
  const std::vector<int> w_;
  const Options options_;
};

// The reason is "level 2 has 4 runs"; the score, how many runs there are for each of RunsMax.
std::optional<CompactionJob> UnifiedPolicy::PickFrom(const TreeView& tree, std::uint32_t level,
                                                     const TableSet& busy) const {
  const std::size_t runs = tree.level(level).runs.size();
  if (runs < RunsMax(level) || AnyBusy(tree.level(level), busy)) return std::nullopt;
  RunPosition output{level, tree.level(level).runs.front().run};
  double bytes = 0;
  std::vector<const RunView*> inputs;
  for (std::uint32_t from = level;; ++from) {
    for (const RunView& run : tree.level(from).runs) {
      inputs.push_back(&run);
      bytes += static_cast<double>(run.raw_bytes());
    }
    output.level = bytes >= CapacityBytes(from) ? from + 1 : from;
    if (output.level == from) break;
    // Where the arrival would be one run too many, merge with it at once and save a rewrite.
    const LevelView& next = tree.level(from + 1);
    if (next.runs.size() + 1 < RunsMax(from + 1) || AnyBusy(next, busy)) break;
  }
  JobBuilder builder(tree, output);
  for (const RunView* run : inputs) builder.Add(*run);
  CompactionJob job = builder.Build(
      options_, "level " + std::to_string(level) + " has " + std::to_string(runs) + " runs");
  job.score = static_cast<double>(runs) / static_cast<double>(RunsMax(level));
  return job;
}

}  // namespace

UnifiedShape ShapeOf(int w) {
  if (w > 0) return {.runs_max = w + 2, .fan_out = w + 2};
  return {.runs_max = 2, .fan_out = 2 - w};
}

Result<std::vector<int>> ParseUnifiedW(std::string_view text) {
  std::vector<int> values;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    int value = 0;
    const auto [stopped, error] = std::from_chars(at, end, value);
    if (error != std::errc() || value < -1000 || value > 1000) break;
    values.push_back(value);
    if (stopped == end) return values;
    if (*stopped != ',') break;
    at = stopped + 1;
  }
  return InvalidArgument("unified_w must be integers from -1000 to 1000, like \"2,2,-8\", not \"" +
                         std::string(text) + "\"");
}

Result<std::unique_ptr<const Policy>> NewUnifiedPolicy(const Options& options) {
  STRATA_TRY_ASSIGN(std::vector<int> w, ParseUnifiedW(options.unified_w));
  return std::unique_ptr<const Policy>(
      std::make_unique<UnifiedPolicy>("unified " + options.unified_w, std::move(w), options));
}

Result<std::unique_ptr<const Policy>> NewTieredPolicy(const Options& options) {
  if (options.tiered_runs < 2) return InvalidArgument("tiered_runs must be 2 or more");
  return std::unique_ptr<const Policy>(
      std::make_unique<UnifiedPolicy>("tiered " + std::to_string(options.tiered_runs),
                                      std::vector<int>{options.tiered_runs - 2}, options));
}

}  // namespace strata::compaction
