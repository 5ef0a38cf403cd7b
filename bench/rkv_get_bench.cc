// The work that rkv publishes: get with keys of 500 bytes and values of 500 bytes, each a hit, over
// 100,000 keys (STRATA_BENCH_KEYS says otherwise, up to 10,000,000) on the real disk, in random
// order.

#include <benchmark/benchmark.h>
#include <cstdlib>
#include <memory>
#include <string>

#include "base/random.h"
#include "bench_store.h"

namespace strata {
namespace {

constexpr std::size_t kKeyBytes = 500;
constexpr std::size_t kValueBytes = 500;
constexpr std::uint64_t kKeysMax = 10'000'000;

std::uint64_t KeyCount() {
  if (const char* const text = std::getenv("STRATA_BENCH_KEYS")) {
    return std::min<std::uint64_t>(kKeysMax, std::strtoull(text, nullptr, 10));
  }
  return std::getenv("STRATA_BENCH_QUICK") != nullptr ? 2'000 : 100'000;
}

// The number stands in front, so that keys differ early, as hashes do.
std::string KeyOf(std::uint64_t number) {
  std::string key = Random(number).Bytes(8);
  key += std::to_string(number);
  key.resize(kKeyBytes, 'k');
  return key;
}

// Filled once a process and settled; the samples share it.
DB& FilledStore(std::uint64_t keys) {
  static std::unique_ptr<testing::BenchStore> store;
  if (store == nullptr) {
    Options options;
    options.sync = SyncMode::kNone;
    store = std::make_unique<testing::BenchStore>(options, testing::Disk::kReal);
    Random random(1);
    for (std::uint64_t i = 0; i < keys; ++i) {
      STRATA_CHECK((*store)->Put(KeyOf(i), random.Bytes(kValueBytes)));
    }
    STRATA_CHECK((*store)->Flush());
    STRATA_CHECK((*store)->WaitForCompactions());
  }
  return *store->operator->();
}

void BM_Get(benchmark::State& state) {
  const std::uint64_t keys = KeyCount();
  DB& db = FilledStore(keys);
  Random random(2);
  std::string value;
  for (auto _ : state) {
    const auto found = db.Get(KeyOf(random.Uniform(keys)), &value);
    if (!found || !*found || value.size() != kValueBytes) state.SkipWithError("a key is missing");
  }
  state.counters["keys"] = static_cast<double>(keys);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kKeyBytes + kValueBytes));
}
BENCHMARK(BM_Get)->UseRealTime();

}  // namespace
}  // namespace strata
