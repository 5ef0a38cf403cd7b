// Lesson snapshots: what one old snapshot costs. Every key is overwritten again and again; asserted
// is that the snapshot holds one version of each back, however many there were, and that they go
// once it does. And what it costs to get a snapshot: nothing that grows with their number.

#include <benchmark/benchmark.h>
#include <memory>
#include <string>
#include <vector>

#include "bench_store.h"
#include "stats/counters.h"

namespace strata {
namespace {

constexpr std::uint64_t kKeys = 2'000;

bool WriteRound(DB& db, std::int64_t round) {
  for (std::uint64_t i = 0; i < kKeys; ++i) {
    const std::string value = std::to_string(round) + std::string(100, 'v');
    if (!db.Put("key" + std::to_string(10'000 + i), value)) return false;
  }
  return true;
}

std::uint64_t EntriesInTables(const StoreStats& stats) {
  std::uint64_t entries = 0;
  for (const LevelShape& level : stats.levels) entries += level.entries;
  return entries;
}

// How many rounds of writes come after the snapshot.
void BM_OneOldSnapshot(benchmark::State& state) {
  for (auto _ : state) {
    testing::BenchStore store({.sync = SyncMode::kNone, .memtable_bytes = 1 << 20});
    bool ok = WriteRound(*store.operator->(), 0);
    auto snapshot = store->GetSnapshot();
    for (std::int64_t round = 1; round <= state.range(0); ++round) {
      ok = ok && WriteRound(*store.operator->(), round);
    }
    ok = ok && store->CompactRange({}, {});
    const StoreStats held = store->Stats();
    snapshot.reset();
    ok = ok && store->WaitForCompactions();
    const StoreStats after = store->Stats();
    state.counters["versions_held"] = static_cast<double>(held.versions_held);
    state.counters["entries"] = static_cast<double>(EntriesInTables(held));
    state.counters["entries_after"] = static_cast<double>(EntriesInTables(after));
    if (!ok) state.SkipWithError("the store failed");
    if (held.versions_held != kKeys || EntriesInTables(held) != 2 * kKeys) {
      state.SkipWithError("one snapshot must hold one old version of a key");
    }
    if (EntriesInTables(after) != kKeys) state.SkipWithError("released versions must go");
  }
}
BENCHMARK(BM_OneOldSnapshot)->RangeMultiplier(4)->Range(1, 64)->Iterations(1);

void BM_GetSnapshot(benchmark::State& state) {
  testing::BenchStore store;
  std::vector<std::shared_ptr<const Snapshot>> others;
  for (std::int64_t i = 0; i < state.range(0); ++i) others.push_back(store->GetSnapshot());
  for (auto _ : state) benchmark::DoNotOptimize(store->GetSnapshot());
}
BENCHMARK(BM_GetSnapshot)->Arg(0)->Arg(1'000)->Arg(100'000);

}  // namespace
}  // namespace strata
