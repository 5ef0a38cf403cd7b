// Lesson compaction-policies: the trade-off triangle. Each policy on three workloads, in the
// explorer's simulation; who must beat whom is asserted.

#include <benchmark/benchmark.h>
#include <map>
#include <string>

#include "compaction/policy_explorer.h"

namespace strata::compaction {
namespace {

PolicyReport Report(WorkloadKind kind, CompactionStyle style) {
  Workload workload;
  workload.kind = kind;
  workload.writes = 200'000;
  workload.keys = 40'000;
  Options options = ExplorerOptions();
  options.compaction = style;
  const auto policy = MakePolicy(options);
  return policy ? Explore(**policy, workload, options) : PolicyReport{};
}

// Runs once a process for each pair; the order of the benchmarks doesn't matter.
const PolicyReport& Cached(WorkloadKind kind, CompactionStyle style) {
  static std::map<std::pair<WorkloadKind, CompactionStyle>, PolicyReport> reports;
  const auto [at, is_new] = reports.try_emplace({kind, style});
  if (is_new) at->second = Report(kind, style);
  return at->second;
}

void Show(benchmark::State& state, WorkloadKind kind, CompactionStyle style) {
  for (auto _ : state) {
    const PolicyReport& report = Cached(kind, style);
    state.counters["write_amp"] = report.write_amplification;
    state.counters["space_amp"] = report.space_amplification;
    state.counters["space_peak"] = report.space_peak;
    state.counters["probes_per_get"] = report.read_amplification;
    state.counters["runs"] = report.runs;
  }
}

// What the lesson claims; a broken claim is an error of the benchmark.
const char* BrokenClaim() {
  const auto uniform = [](CompactionStyle style) { return Cached(WorkloadKind::kUniform, style); };
  const auto series = [](CompactionStyle style) {
    return Cached(WorkloadKind::kTimeSeries, style);
  };
  const auto ascending = [](CompactionStyle style) {
    return Cached(WorkloadKind::kAscending, style);
  };
  using enum CompactionStyle;
  if (uniform(kTiered).write_amplification >= uniform(kLeveled).write_amplification) {
    return "tiered should write less than leveled";
  }
  if (uniform(kLeveled).space_amplification >= uniform(kTiered).space_amplification) {
    return "leveled should take less space than tiered";
  }
  if (uniform(kLeveled).read_amplification >= uniform(kTiered).read_amplification) {
    return "leveled should look into fewer tables than tiered";
  }
  if (uniform(kUnified).write_amplification >= uniform(kLeveled).write_amplification ||
      uniform(kUnified).space_amplification >= uniform(kTiered).space_amplification) {
    return "unified should lie between leveled and tiered";
  }
  if (series(kTimeWindow).write_amplification >= series(kTiered).write_amplification) {
    return "time windows should write least of those that lose nothing";
  }
  if (ascending(kLeveled).write_amplification >= 1.01) return "ascending keys should only move";
  return nullptr;
}

void BM_Claims(benchmark::State& state) {
  for (auto _ : state) {
    if (const char* broken = BrokenClaim()) return state.SkipWithError(broken);
  }
}

void Register() {
  using enum CompactionStyle;
  const std::map<CompactionStyle, std::string> styles = {{kLeveled, "leveled"},
                                                         {kTiered, "tiered"},
                                                         {kUnified, "unified"},
                                                         {kTimeWindow, "time_window"},
                                                         {kFifo, "fifo"}};
  for (const auto kind :
       {WorkloadKind::kUniform, WorkloadKind::kTimeSeries, WorkloadKind::kAscending}) {
    for (const auto& [style, name] : styles) {
      const std::string title = "BM_Policy/" + std::string(WorkloadName(kind)) + "/" + name;
      const auto run = [kind, which = style](benchmark::State& state) { Show(state, kind, which); };
      benchmark::RegisterBenchmark(title.c_str(), run)
          ->Iterations(1)
          ->Unit(benchmark::kMillisecond);
    }
  }
  benchmark::RegisterBenchmark("BM_Claims", BM_Claims)->Iterations(1);
}

const bool registered = (Register(), true);

}  // namespace
}  // namespace strata::compaction
