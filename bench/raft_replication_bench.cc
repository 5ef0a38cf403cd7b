// Lesson raft-replication: messages and writes (each ends with a sync) per committed entry, for
// entries that come one by one and many at a time. The counts are asserted.

#include <benchmark/benchmark.h>
#include <string>

#include "raft_group.h"

namespace strata::raft {
namespace {

constexpr std::uint64_t kEntries = 4'096;

// Proposes `at_once` entries, waits until they are committed, and so on. Heartbeats are off while it
// is counted: they are paid for by time and not by entry.
void Replication(benchmark::State& state) {
  const auto nodes = static_cast<std::size_t>(state.range(0));
  const auto at_once = static_cast<std::uint64_t>(state.range(1));
  double messages = 0;
  double writes = 0;
  for (auto _ : state) {
    Options options;
    options.heartbeat_ticks = 1'000'000;
    options.election_ticks = 1'000'000;
    BenchGroup group(options, nodes, 1, 1);
    group.node(1).Campaign();
    group.Pump(1);
    for (int i = 0; i < 20; ++i) group.Tick();
    Raft& leader = group.node(1);
    STRATA_CHECK(leader.leads());
    group.messages = 0;
    group.writes = 0;
    for (std::uint64_t done = 0; done < kEntries; done += at_once) {
      for (std::uint64_t i = 0; i < at_once; ++i) {
        STRATA_CHECK(leader.Propose(std::string(100, 'x')).has_value());
      }
      group.Pump(1);
      while (leader.applied() < leader.log().last_index()) group.Tick();
    }
    for (int i = 0; i < 20; ++i) group.Tick();
    messages = static_cast<double>(group.messages) / static_cast<double>(kEntries);
    writes = static_cast<double>(group.writes) / static_cast<double>(kEntries);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(kEntries) * state.iterations());
  state.counters["messages_per_entry"] = messages;
  state.counters["writes_per_entry"] = writes;
  const double each = 1.0 / static_cast<double>(at_once);
  if (messages != 2 * static_cast<double>(nodes - 1) * each ||
      writes != static_cast<double>(nodes) * each) {
    state.SkipWithError("an append and an answer for each follower, and a write for each node");
  }
}

BENCHMARK(Replication)->ArgNames({"nodes", "at_once"})->Args({3, 1})->Args({3, 8})->Args({3, 64})
    ->Args({5, 1})->Args({5, 64});

}  // namespace
}  // namespace strata::raft
