// Lesson raft-elections: a leader stops, and the others elect one. How often do votes split, so that
// it takes more than a term, and how many ticks does it take? Messages take 1 to 4 ticks. The counts
// are the same everywhere, and that longer timeouts split less is asserted.

#include <benchmark/benchmark.h>
#include <cstdlib>
#include <map>

#include "raft_group.h"

namespace strata::raft {
namespace {

constexpr std::uint64_t kDelayMax = 4;

struct Tally {
  double split_percent = 0;
  double ticks = 0;
};

Tally Measure(std::uint64_t election_ticks, bool pre_vote) {
  const std::uint64_t seeds = std::getenv("STRATA_BENCH_QUICK") != nullptr ? 300 : 10'000;
  std::uint64_t split = 0;
  std::uint64_t ticks = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Options options;
    options.election_ticks = election_ticks;
    options.pre_vote = pre_vote;
    BenchGroup group(options, 5, kDelayMax, seed);
    group.Elect();
    for (std::uint64_t i = 0; i < election_ticks; ++i) group.Tick();  // All hear of it.
    const NodeId leader = group.leader();
    if (leader == kNobody) continue;
    const Term term = group.node(leader).term();
    group.Stop(leader);
    ticks += group.Elect();
    if (group.node(group.leader()).term() > term + 1) ++split;
  }
  return {.split_percent = 100.0 * static_cast<double>(split) / static_cast<double>(seeds),
          .ticks = static_cast<double>(ticks) / static_cast<double>(seeds)};
}

void Elections(benchmark::State& state, bool pre_vote) {
  static std::map<bool, double> before;  // Split at the timeout before this one.
  Tally tally;
  for (auto _ : state) tally = Measure(static_cast<std::uint64_t>(state.range(0)), pre_vote);
  state.counters["split_percent"] = tally.split_percent;
  state.counters["ticks"] = tally.ticks;
  const auto [last, is_first] = before.try_emplace(pre_vote, tally.split_percent);
  if (!is_first && state.range(0) > 5 && tally.split_percent > last->second + 2) {
    state.SkipWithError("a longer timeout split more votes");
  }
  last->second = tally.split_percent;
}

BENCHMARK_CAPTURE(Elections, plain, false)->ArgName("timeout")->Arg(5)->Arg(10)->Arg(20)->Arg(50)
    ->Iterations(1);
BENCHMARK_CAPTURE(Elections, pre_vote, true)->ArgName("timeout")->Arg(5)->Arg(10)->Arg(20)->Arg(50)
    ->Iterations(1);

}  // namespace
}  // namespace strata::raft
