// For data that comes in order of time and is read by time: runs are bucketed by when they were
// written, and buckets are never merged with each other. So old data is written twice, ever.
//
//   level 0   the window that is open now, merged in tiers as it grows
//   level 1   closed windows, one run each, newest first

#include <algorithm>
#include <utility>

#include "compaction/job_builder.h"
#include "compaction/policy.h"

namespace strata::compaction {
namespace {

class TimeWindowPolicy final : public Policy {
 public:
  explicit TimeWindowPolicy(const Options& options) : options_(options) {}

  std::string_view name() const override { return "time-window"; }

  std::vector<CompactionJob> Pick(const PolicyInput& input) const override {
    std::vector<CompactionJob> jobs;
    const std::vector<std::uint64_t> windows = Windows(input.tree.level(0));
    if (auto job = PickClosed(input, windows)) jobs.push_back(*std::move(job));
    // Safe beside a job on older runs: what comes of it stays newer than they are.
    if (auto job = PickOpen(input, windows)) jobs.push_back(*std::move(job));
    return jobs;
  }

  Debt EstimateDebt(const TreeView& tree, std::uint64_t now_us) const override {
    return {.bytes = InputBytes(tree, Pick({.tree = tree, .busy = {}, .now_us = now_us}))};
  }

 private:
  std::uint64_t WindowOf(std::uint64_t time_us) const { return time_us / options_.window_us; }

  // The window of each run of `level`, newest first. A run is never put in an older window than the
  // run before it in time, even when the clock was set back: windows of runs are in order.
  std::vector<std::uint64_t> Windows(const LevelView& level) const {
    std::vector<std::uint64_t> windows(level.runs.size());
    std::uint64_t latest = 0;
    for (std::size_t i = windows.size(); i-- > 0;) {
      latest = std::max(latest, WindowOf(level.runs[i].write_time_max_us()));
      windows[i] = latest;
    }
    return windows;
  }

  // Runs of one tier are within a factor of `tiered_runs` in size.
  int Tier(const RunView& run) const {
    int tier = 0;
    auto limit = static_cast<double>(options_.memtable_bytes) * options_.tiered_runs / 4;
    while (static_cast<double>(run.raw_bytes()) >= limit) {
      limit *= options_.tiered_runs;
      ++tier;
    }
    return tier;
  }

  std::optional<CompactionJob> PickClosed(const PolicyInput& input,
                                          const std::vector<std::uint64_t>& windows) const;
  std::optional<CompactionJob> PickOpen(const PolicyInput& input,
                                        const std::vector<std::uint64_t>& windows) const;

  const Options options_;
};

// The oldest window of level 0, once it is over, becomes one run of level 1. Latecomers are merged
// with the run that their window has there. The reason is "the window is over", the score 1.
std::optional<CompactionJob> TimeWindowPolicy::PickClosed(
    const PolicyInput& input, const std::vector<std::uint64_t>& windows) const {
  if (windows.empty() || windows.back() >= WindowOf(input.now_us)) return std::nullopt;
  const auto& runs = input.tree.level(0).runs;
  const auto first = static_cast<std::size_t>(
      std::find(windows.begin(), windows.end(), windows.back()) - windows.begin());
  JobBuilder builder(input.tree, {1, runs[first].run});
  for (std::size_t i = first; i < runs.size(); ++i) {
    if (AnyBusy(runs[i], input.busy)) return std::nullopt;
    builder.Add(runs[i]);
  }
  const auto& closed = input.tree.level(1).runs;
  if (!closed.empty() && WindowOf(closed.front().write_time_max_us()) >= windows.back()) {
    if (AnyBusy(closed.front(), input.busy)) return std::nullopt;
    builder.Add(closed.front());
  }
  CompactionJob job = builder.Build(options_, "the window is over");
  job.score = 1;
  return job;
}

// Merges neighbours of about the same size in the open window.
std::optional<CompactionJob> TimeWindowPolicy::PickOpen(
    const PolicyInput& input, const std::vector<std::uint64_t>& windows) const {
  const auto& runs = input.tree.level(0).runs;
  const std::uint64_t open = WindowOf(input.now_us);
  std::size_t first = 0;
  for (std::size_t end = 0; end <= runs.size(); ++end) {
    const bool idle = end < runs.size() && windows[end] >= open && !AnyBusy(runs[end], input.busy);
    if (idle && Tier(runs[end]) == Tier(runs[first])) continue;
    if (end - first >= static_cast<std::size_t>(options_.tiered_runs)) {
      JobBuilder builder(input.tree, {0, runs[first].run});
      for (std::size_t i = first; i < end; ++i) builder.Add(runs[i]);
      CompactionJob job = builder.Build(
          options_, std::to_string(end - first) + " runs of one size in the open window");
      job.score = static_cast<double>(end - first) / options_.tiered_runs;
      return job;
    }
    first = idle ? end : end + 1;
  }
  return std::nullopt;
}

}  // namespace

Result<std::unique_ptr<const Policy>> NewTimeWindowPolicy(const Options& options) {
  if (options.window_us < 1) return InvalidArgument("window_us must be 1 or more");
  if (options.tiered_runs < 2) return InvalidArgument("tiered_runs must be 2 or more");
  return std::unique_ptr<const Policy>(std::make_unique<TimeWindowPolicy>(options));
}

}  // namespace strata::compaction
