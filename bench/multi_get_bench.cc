// Lesson parallel-reads: keys read per second against the size of the batch, from a real disk and a
// cold cache. Asserted: a batch has as many reads under way at once as it has blocks to read.

#include <benchmark/benchmark.h>
#include <string>
#include <vector>

#include "base/random.h"
#include "bench_store.h"
#include "stats/counters.h"

namespace strata {
namespace {

constexpr std::uint64_t kKeys = 50'000;

std::string KeyOf(std::uint64_t i) {
  return "key" + std::to_string(100'000 + i);
}

// Looks up batches of state.range(0) of the first `key_count` keys; returns how many reads were
// under way at once.
std::uint64_t LookUpBatches(benchmark::State& state, testing::BenchStore& store,
                            std::uint64_t key_count) {
  Random random(301);
  const auto batch = static_cast<std::size_t>(state.range(0));
  std::vector<std::string> keys(batch);
  std::vector<std::string_view> views(batch);
  std::uint64_t asked = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < batch; ++i) views[i] = keys[i] = KeyOf(random.Uniform(key_count));
    const auto results = store->MultiGet(views, {});
    if (!results || !results->front().found) state.SkipWithError("a key is missing");
    asked += batch;
  }
  const std::uint64_t peak = store->counters().Get(Counter::kReadsInFlightPeak);
  state.counters["keys_per_s"] =
      benchmark::Counter(static_cast<double>(asked), benchmark::Counter::kIsRate);
  state.counters["reads_in_flight"] = static_cast<double>(peak);
  return peak;
}

void BM_MultiGet(benchmark::State& state) {
  testing::BenchStore store({.block_cache_bytes = 512 << 10, .compression = Compression::kNone},
                            testing::Disk::kReal);
  for (std::uint64_t i = 0; i < kKeys; ++i) {
    store->Put(KeyOf(i), std::string(200, 'v'), {.sync = false}).has_value();
  }
  store->Flush().has_value();
  const auto batch = static_cast<std::uint64_t>(state.range(0));
  const std::uint64_t peak = LookUpBatches(state, store, kKeys);
  if (batch >= 8 && peak < batch / 2)
    state.SkipWithError("the reads of a batch aren't under way together");
}
BENCHMARK(BM_MultiGet)->RangeMultiplier(4)->Range(1, 256);

// Values in blob files: a second read for each key, which a batch has under way together, too.
void BM_MultiGetApart(benchmark::State& state) {
  constexpr std::uint64_t kValues = 10'000;
  testing::BenchStore store({.compression = Compression::kNone, .blob_threshold = 1024},
                            testing::Disk::kReal);
  for (std::uint64_t i = 0; i < kValues; ++i) {
    store->Put(KeyOf(i), std::string(4096, 'v'), {.sync = false}).has_value();
  }
  store->Flush().has_value();
  store->counters().Reset();
  const auto batch = static_cast<std::uint64_t>(state.range(0));
  const std::uint64_t peak = LookUpBatches(state, store, kValues);
  if (batch > 1 && peak < batch) state.SkipWithError("the values aren't read together");
}
BENCHMARK(BM_MultiGetApart)->RangeMultiplier(4)->Range(1, 256);

}  // namespace
}  // namespace strata
