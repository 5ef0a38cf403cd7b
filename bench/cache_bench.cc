// Lesson block-cache: the share of reads that the cache answers, against its size, under a skewed
// (Zipf) load with and without a scan running through. Asserted: more cache, more hits; and a scan
// costs hardly any.

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cmath>
#include <string>
#include <vector>

#include "base/random.h"
#include "bench_store.h"
#include "stats/counters.h"

namespace strata {
namespace {

constexpr int kKeys = 40'000;

// Draws keys so that the n-th most popular is asked for with a probability of about 1 / n.
class Zipf {
 public:
  explicit Zipf(int n) : sums_(static_cast<std::size_t>(n)) {
    double sum = 0;
    for (int i = 0; i < n; ++i) sums_[static_cast<std::size_t>(i)] = sum += 1.0 / (i + 1);
  }
  int Draw(Random& random) const {
    const double at = random.NextDouble() * sums_.back();
    const auto rank = std::lower_bound(sums_.begin(), sums_.end(), at) - sums_.begin();
    return static_cast<int>(static_cast<std::uint64_t>(rank) * 2654435761 % kKeys);  // Scattered.
  }

 private:
  std::vector<double> sums_;
};

std::string KeyOf(int i) {
  return "key" + std::to_string(100'000 + i);
}

void BM_ZipfReads(benchmark::State& state) {
  const bool scanning = state.range(1) != 0;
  testing::BenchStore store(
      {.block_cache_bytes = static_cast<std::uint64_t>(state.range(0)) << 10});
  for (int i = 0; i < kKeys; ++i) store->Put(KeyOf(i), std::string(100, 'v')).has_value();
  store->Flush().has_value();
  const Zipf zipf(kKeys);
  Random random(301);
  std::string value;
  const auto read = [&] { store->Get(KeyOf(zipf.Draw(random)), &value).has_value(); };
  for (int i = 0; i < 20'000; ++i) read();  // Warm.
  std::uint64_t hits = 0;
  std::uint64_t reads = 0;
  int scanned = 0;
  for (auto _ : state) {
    const std::uint64_t before = store->counters().Get(Counter::kCacheHits);
    read();
    hits += store->counters().Get(Counter::kCacheHits) - before;
    ++reads;
    if (scanning) store->Get(KeyOf(scanned = (scanned + 30) % kKeys), &value).has_value();
  }
  const double ratio = static_cast<double>(hits) / static_cast<double>(reads);
  state.counters["hit_ratio"] = ratio;
  // About what the popularity of the blocks that fit gives.
  const double floor = state.range(0) >= 4096 ? 0.9 : state.range(0) >= 1024 ? 0.5 : 0.25;
  if (reads > 5'000 && ratio < floor) state.SkipWithError("the cache answers too few reads");
}
BENCHMARK(BM_ZipfReads)
    ->ArgNames({"cache_KiB", "scan"})
    ->Args({256, 0})
    ->Args({1024, 0})
    ->Args({1024, 1})
    ->Args({8192, 0})
    ->Args({8192, 1})
    ->Iterations(20'000);

}  // namespace
}  // namespace strata
