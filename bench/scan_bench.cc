// Lesson learned-index: what ranges cost: a whole scan, and a seek with ten steps, over a tree with
// several runs. What a seek compares and reads is counted beside the time.

#include <benchmark/benchmark.h>
#include <cstdlib>
#include <map>
#include <string>

#include "base/random.h"
#include "bench_store.h"
#include "stats/counters.h"
#include "strata/db.h"

namespace strata {
namespace {

constexpr std::uint64_t kEntries = 120'000;

std::string KeyOf(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(16 - digits.size(), '0') + digits;
}

// Keys drawn with replacement, as db_bench does, of the sizes that `./dev bench peers --quick` has:
// one run, and with `runs` 3 two smaller ones above it.
struct Loaded {
  explicit Loaded(std::int64_t runs) : store(TheOptions(), testing::Disk::kReal) {
    Put(kEntries);
    STRATA_CHECK(store->CompactRange({}, {}).has_value());
    for (; runs > 1; --runs) Put(kEntries / 8);
  }
  void Put(std::uint64_t entries) {
    const std::string value(100, 'v');
    for (std::uint64_t i = 0; i < entries; ++i) {
      STRATA_CHECK(store->Put(KeyOf(random.Uniform(kEntries)), value).has_value());
    }
    STRATA_CHECK(store->Flush().has_value() && store->WaitForCompactions().has_value());
  }
  static Options TheOptions() {
    Options options;
    options.sync = SyncMode::kNone;
    options.memtable_bytes = 3 << 20;
    options.table_bytes = 3 << 20;
    options.level1_bytes = 12 << 20;
    options.compression = Compression::kNone;
    options.mapped_reads = true;
    return options;
  }
  testing::BenchStore store;
  Random random{7};
};

DB& StoreWith(std::int64_t runs) {
  static std::map<std::int64_t, Loaded> loaded;
  return *loaded.try_emplace(runs, runs).first->second.store.operator->();
}

void BM_Scan(benchmark::State& state) {
  DB& db = StoreWith(state.range(0));
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
  for (auto _ : state) {
    const auto it = db.NewIterator({});
    STRATA_CHECK(it.has_value() && (*it)->SeekToFirst().has_value());
    while ((*it)->Valid()) {
      bytes += (*it)->key().size() + (*it)->value().size();
      ++entries;
      if (!(*it)->Next()) std::abort();
    }
  }
  benchmark::DoNotOptimize(bytes);
  state.SetItemsProcessed(static_cast<std::int64_t>(entries));
}
BENCHMARK(BM_Scan)->ArgName("runs")->Arg(1)->Arg(3)->MinTime(1);

void BM_SeekAndTenSteps(benchmark::State& state) {
  DB& db = StoreWith(state.range(0));
  Random random(1);
  std::uint64_t seeks = 0;
  const std::uint64_t compared = db.counters().Get(Counter::kBlockComparisons);
  const std::uint64_t read = db.counters().Get(Counter::kBlocksRead);
  for (auto _ : state) {
    const auto it = db.NewIterator({});
    STRATA_CHECK(it.has_value() && (*it)->Seek(KeyOf(random.Uniform(kEntries))).has_value());
    for (int i = 0; i < 10 && (*it)->Valid(); ++i) {
      benchmark::DoNotOptimize((*it)->value());
      if (!(*it)->Next()) std::abort();
    }
    ++seeks;
  }
  const auto per_seek = [&](std::uint64_t count) {
    return static_cast<double>(count) / static_cast<double>(seeks);
  };
  state.counters["comparisons_per_seek"] =
      per_seek(db.counters().Get(Counter::kBlockComparisons) - compared);
  state.counters["blocks_per_seek"] = per_seek(db.counters().Get(Counter::kBlocksRead) - read);
  state.SetItemsProcessed(static_cast<std::int64_t>(seeks));
}
BENCHMARK(BM_SeekAndTenSteps)->ArgName("runs")->Arg(1)->Arg(3)->MinTime(1);

}  // namespace
}  // namespace strata
