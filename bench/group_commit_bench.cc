// Lesson group-commit: commits that wait for the disk, from 1 to 32 writers. The fsyncs per commit
// are asserted to fall as writers queue up; time is only shown.

#include <atomic>
#include <benchmark/benchmark.h>
#include <string>

#include "bench_store.h"
#include "stats/counters.h"
#include "stats/histogram.h"

namespace strata {
namespace {

testing::BenchStore* store = nullptr;
std::uint64_t syncs_before = 0;
std::uint64_t commits_before = 0;
Histogram* latency = nullptr;

void BM_SyncedPut(benchmark::State& state) {
  if (state.thread_index() == 0) {
    store = new testing::BenchStore({.sync = SyncMode::kAlways}, testing::Disk::kReal);
    latency = new Histogram();
    syncs_before = (*store)->counters().Get(Counter::kWalSyncs);
    commits_before = (*store)->counters().Get(Counter::kWrites);
  }
  int i = 0;
  const std::string prefix = "key" + std::to_string(state.thread_index()) + ".";
  for (auto _ : state) {
    const std::uint64_t start = RealClock().NowNanos();
    if (!(*store)->Put(prefix + std::to_string(i++), std::string(100, 'v'))) {
      state.SkipWithError("a put failed");
    }
    latency->Record(RealClock().NowNanos() - start);
  }
  if (state.thread_index() == 0) {
    const auto commits = (*store)->counters().Get(Counter::kWrites) - commits_before;
    const auto syncs = (*store)->counters().Get(Counter::kWalSyncs) - syncs_before;
    const double ratio = static_cast<double>(syncs) / static_cast<double>(commits);
    state.counters["fsyncs_per_commit"] = ratio;
    state.counters["p99.9_us"] = static_cast<double>(latency->Percentile(99.9)) / 1000;
    if (commits > 200 && state.threads() >= 8 && ratio > 0.7) {
      state.SkipWithError("eight writers or more must share their syncs");
    }
    delete latency;
    delete store;
  }
}
BENCHMARK(BM_SyncedPut)->ThreadRange(1, 32)->UseRealTime();

}  // namespace
}  // namespace strata
