// Lesson bloom-filters: what a miss costs with filters of 0, 5, 10 and 15 bits a key, over a tree
// of eight runs. The blocks read per miss are asserted to stay near what the formula of a blocked
// filter says; the probe itself is timed on a filter that doesn't fit the caches.

#include <benchmark/benchmark.h>
#include <string>
#include <vector>

#include "bench_store.h"
#include "sst/bloom.h"
#include "stats/counters.h"

namespace strata {
namespace {

constexpr int kRuns = 8;
constexpr int kKeysInRun = 4'000;

// A miss has to look into every run that its filter doesn't rule out.
void BM_Miss(benchmark::State& state) {
  const int bits = static_cast<int>(state.range(0));
  Options options;
  options.filter_bits_per_key = bits;
  options.block_cache_bytes = 0;
  options.compaction = CompactionStyle::kNone;
  testing::BenchStore store(options);
  for (int run = 0; run < kRuns; ++run) {
    for (int i = 0; i < kKeysInRun; ++i) {
      store->Put("key" + std::to_string(i * kRuns + run), std::string(100, 'v')).has_value();
    }
    store->Flush().has_value();
  }
  const std::uint64_t before = store->counters().Get(Counter::kBlocksRead);
  std::uint64_t misses = 0;
  std::string value;
  for (auto _ : state) {
    const auto found = store->Get("key" + std::to_string(misses++) + "?", &value);
    if (!found || *found) state.SkipWithError("a key that was never put was found");
  }
  const double blocks = static_cast<double>(store->counters().Get(Counter::kBlocksRead) - before) /
                        static_cast<double>(misses);
  state.counters["blocks_per_miss"] = blocks;
  // What the formula allows, for each of the runs; without a filter every run is looked into.
  const double allowed = bits == 0 ? kRuns : kRuns * (bits == 5 ? 0.13 : bits == 10 ? 0.02 : 0.005);
  if (misses > 2'000 && blocks > allowed)
    state.SkipWithError("filters let too many misses through");
}
BENCHMARK(BM_Miss)->Arg(0)->Arg(5)->Arg(10)->Arg(15);

void BM_Probe(benchmark::State& state) {
  const auto keys = static_cast<std::uint64_t>(state.range(0));
  sst::BloomBuilder builder(10);
  for (std::uint64_t i = 0; i < keys; ++i) builder.AddKey("key" + std::to_string(i));
  const std::string filter = builder.Finish();
  std::uint64_t i = 0;
  std::uint64_t maybes = 0;
  for (auto _ : state) maybes += sst::BloomMayContain(filter, "miss" + std::to_string(i++));
  state.counters["false_positives"] = static_cast<double>(maybes) / static_cast<double>(i);
  if (i > 10'000 && maybes * 50 > i) state.SkipWithError("more than 2 % false maybes at 10 bits");
}
BENCHMARK(BM_Probe)->Arg(1'000)->Arg(1'000'000);

}  // namespace
}  // namespace strata
