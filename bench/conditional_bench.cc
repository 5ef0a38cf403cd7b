// Lesson conditional-writes: what conditions cost. Asserted: a batch whose condition fails writes
// no byte of log, and conditional writers of different keys share their syncs.

#include <atomic>
#include <benchmark/benchmark.h>
#include <string>

#include "bench_store.h"
#include "stats/counters.h"

namespace strata {
namespace {

// A put, a put that finds the key absent, and one that finds it there.
void BM_Put(benchmark::State& state) {
  testing::BenchStore store({.sync = SyncMode::kNone});
  std::uint64_t i = 0;
  for (auto _ : state) {
    if (!store->Put("key" + std::to_string(i++), "value")) state.SkipWithError("a put failed");
  }
}
BENCHMARK(BM_Put);

void BM_PutIfAbsent(benchmark::State& state) {
  testing::BenchStore store({.sync = SyncMode::kNone});
  std::uint64_t i = 0;
  for (auto _ : state) {
    const auto outcome = store->PutIfAbsent("key" + std::to_string(i++), "value");
    if (!outcome || !outcome->written()) state.SkipWithError("a put failed");
  }
}
BENCHMARK(BM_PutIfAbsent);

void BM_FailedPutIfAbsent(benchmark::State& state) {
  testing::BenchStore store({.sync = SyncMode::kNone});
  if (!store->Put("key", "value")) state.SkipWithError("a put failed");
  const std::uint64_t before = store->counters().Get(Counter::kWalBytes);
  const std::string value(static_cast<std::size_t>(state.range(0)), 'v');
  for (auto _ : state) {
    const auto outcome = store->PutIfAbsent("key", value);
    if (!outcome || outcome->written()) state.SkipWithError("the condition must fail");
  }
  const std::uint64_t bytes = store->counters().Get(Counter::kWalBytes) - before;
  state.counters["wal_bytes"] = static_cast<double>(bytes);
  if (bytes != 0) state.SkipWithError("a batch that isn't written must leave no byte in the log");
}
BENCHMARK(BM_FailedPutIfAbsent)->Arg(16)->Arg(4'096)->Arg(65'536);

// Each thread raises a counter of its own, or all of them the same one, until it has succeeded.
testing::BenchStore* shared = nullptr;
std::uint64_t syncs_before = 0;
std::atomic<std::uint64_t> attempts{0};

void RaiseOnce(benchmark::State& state, const std::string& key) {
  while (true) {
    const auto entry = (*shared)->GetEntry(key);
    if (!entry) return state.SkipWithError("a get failed");
    ++attempts;
    const std::string next = *entry ? std::to_string(std::stoull((*entry)->value) + 1) : "1";
    const auto outcome = *entry ? (*shared)->CompareAndSwap(key, (*entry)->value, next)
                                : (*shared)->PutIfAbsent(key, next);
    if (!outcome) return state.SkipWithError("a compare-and-swap failed");
    if (outcome->written()) return;
  }
}

void BM_CompareAndSwap(benchmark::State& state) {
  const bool contended = state.range(0) != 0;
  if (state.thread_index() == 0) {
    shared = new testing::BenchStore({.sync = SyncMode::kAlways}, testing::Disk::kReal);
    syncs_before = (*shared)->counters().Get(Counter::kWalSyncs);
    attempts = 0;
  }
  const std::string key = "key" + std::to_string(contended ? 0 : state.thread_index());
  for (auto _ : state) RaiseOnce(state, key);
  if (state.thread_index() != 0) return;
  const auto writes = (*shared)->counters().Get(Counter::kWrites);
  const auto syncs = (*shared)->counters().Get(Counter::kWalSyncs) - syncs_before;
  const double per_write = static_cast<double>(syncs) / static_cast<double>(writes);
  state.counters["fsyncs_per_write"] = per_write;
  state.counters["attempts_per_write"] =
      static_cast<double>(attempts.load()) / static_cast<double>(writes);
  if (writes > 200 && !contended && state.threads() >= 8 && per_write > 0.7) {
    state.SkipWithError("conditional writers of different keys must share their syncs");
  }
  delete shared;
}
BENCHMARK(BM_CompareAndSwap)
    ->ArgName("same_key")
    ->Arg(0)
    ->Arg(1)
    ->Threads(1)
    ->Threads(8)
    ->UseRealTime();

}  // namespace
}  // namespace strata
