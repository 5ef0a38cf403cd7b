#include "compaction/policy_explorer.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/random.h"
#include "compaction/simulated_tree.h"

namespace strata::compaction {
namespace {

constexpr std::uint64_t kSeries = 100;
constexpr std::uint64_t kKeysInSeries = 100'000;  // Room between the series.
constexpr int kGetsSampled = 50;

class Exploration {
 public:
  Exploration(const Policy& policy, const Workload& workload, const Options& options)
      : policy_(policy),
        workload_(workload),
        options_(options),
        random_(workload.seed),
        tree_(workload.entry_bytes) {}

  PolicyReport Run() {
    for (written_ = 0; written_ < workload_.writes;) {
      Write();
      if (memtable_.size() * workload_.entry_bytes < options_.memtable_bytes) continue;
      Flush();
      CompactAll();
      if (written_ * 2 >= workload_.writes) Measure();
    }
    return Report();
  }

 private:
  std::uint64_t NowMicros() const {
    const double progress = static_cast<double>(written_) / static_cast<double>(workload_.writes);
    const auto span = static_cast<double>(options_.window_us * workload_.windows);
    return static_cast<std::uint64_t>(progress * span);
  }

  std::uint64_t NextKey() {
    switch (workload_.kind) {
      case WorkloadKind::kUniform:
        return random_.Uniform(workload_.keys);
      case WorkloadKind::kTimeSeries:
        return written_ % kSeries * kKeysInSeries + written_ / kSeries;
      case WorkloadKind::kAscending:
        return written_;
    }
    return 0;
  }

  void Write() {
    const std::uint64_t key = NextKey();
    ++written_;
    memtable_[key] = SimulatedEntry{.key = key, .sequence = written_};
    if (newest_.emplace(key, written_).second) {
      keys_.push_back(key);
    } else {
      newest_[key] = written_;
    }
  }

  void Flush() {
    std::vector<SimulatedEntry> entries;
    for (const auto& [key, entry] : memtable_) entries.push_back(entry);
    memtable_.clear();
    bytes_written_ += entries.size() * workload_.entry_bytes;
    tree_.Flush(std::move(entries), NowMicros());
  }

  void CompactAll() {
    const TableSet busy;
    while (true) {
      const auto jobs = policy_.Pick({.tree = tree_.view(), .busy = busy, .now_us = NowMicros()});
      if (jobs.empty()) return;
      for (const CompactionJob& job : jobs) Compact(job);
    }
  }

  void Compact(const CompactionJob& job) {
    if (job.trivial_move || job.drop_inputs) {
      ++(job.trivial_move ? moves_ : compactions_);
      return tree_.Install(job, {});
    }
    std::vector<SimulatedEntry> merged = tree_.Merge(job);
    const std::uint64_t bytes = merged.size() * workload_.entry_bytes;
    bytes_written_ += bytes;
    ++compactions_;
    space_peak_ = std::max(space_peak_, SpaceAmplification(bytes));
    tree_.Install(job, std::move(merged));
  }

  double SpaceAmplification(std::uint64_t extra_bytes) const {
    const std::uint64_t live = newest_.size() * workload_.entry_bytes;
    return static_cast<double>(tree_.view().size_bytes() + extra_bytes) /
           static_cast<double>(std::max<std::uint64_t>(live, 1));
  }

  void Measure() {
    ++measures_;
    space_ += SpaceAmplification(0);
    space_peak_ = std::max(space_peak_, SpaceAmplification(0));
    for (const LevelView& level : tree_.view().levels) {
      runs_ += static_cast<double>(level.runs.size());
    }
    for (int i = 0; i < kGetsSampled; ++i) {
      const std::uint64_t key = keys_[random_.Uniform(keys_.size())];
      ++gets_;
      if (tree_.Find(key, &probed_).has_value()) ++found_;
    }
  }

  PolicyReport Report() const {
    const auto per = [](auto sum, auto count) {
      return static_cast<double>(sum) / static_cast<double>(std::max<std::uint64_t>(count, 1));
    };
    PolicyReport report;
    report.policy = policy_.name();
    report.workload = WorkloadName(workload_.kind);
    report.write_amplification = per(bytes_written_, written_ * workload_.entry_bytes);
    report.space_amplification = per(space_, measures_);
    report.space_peak = space_peak_;
    report.read_amplification = per(probed_, gets_);
    report.runs = per(runs_, measures_);
    report.kept = per(found_, gets_);
    report.compactions = compactions_;
    report.moves = moves_;
    return report;
  }

  const Policy& policy_;
  const Workload workload_;
  const Options options_;
  Random random_;
  SimulatedTree tree_;
  std::map<std::uint64_t, SimulatedEntry> memtable_;
  std::map<std::uint64_t, SequenceNumber> newest_;
  std::vector<std::uint64_t> keys_;  // Every key written so far.
  std::uint64_t written_ = 0;
  std::uint64_t bytes_written_ = 0;
  std::uint64_t compactions_ = 0;
  std::uint64_t moves_ = 0;
  std::uint64_t measures_ = 0;
  std::uint64_t gets_ = 0;
  std::uint64_t found_ = 0;
  std::uint64_t probed_ = 0;
  double space_ = 0;
  double runs_ = 0;
  double space_peak_ = 0;
};

}  // namespace

std::string_view WorkloadName(WorkloadKind kind) {
  switch (kind) {
    case WorkloadKind::kUniform:
      return "uniform";
    case WorkloadKind::kTimeSeries:
      return "time-series";
    case WorkloadKind::kAscending:
      return "ascending";
  }
  return "?";
}

Options ExplorerOptions() {
  Options options;
  options.memtable_bytes = 64 << 10;
  options.table_bytes = 64 << 10;
  options.level1_bytes = 256 << 10;
  options.fifo_bytes = 4 << 20;
  return options;
}

PolicyReport Explore(const Policy& policy, const Workload& workload, const Options& options) {
  return Exploration(policy, workload, options).Run();
}

Result<std::vector<PolicyReport>> ExploreAll(const Workload& workload, const Options& options) {
  std::vector<PolicyReport> reports;
  for (const auto style :
       {CompactionStyle::kLeveled, CompactionStyle::kTiered, CompactionStyle::kUnified,
        CompactionStyle::kTimeWindow, CompactionStyle::kFifo}) {
    Options chosen = options;
    chosen.compaction = style;
    STRATA_TRY_ASSIGN(auto policy, MakePolicy(chosen));
    reports.push_back(Explore(*policy, workload, chosen));
  }
  return reports;
}

}  // namespace strata::compaction
