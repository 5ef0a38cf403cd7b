// Lesson map-and-shell: nanoseconds per operation of a std::map alone, and of the store in memory.
// The map is the dotted base line of every later chart. What the store counts is asserted: one get
// a get.

#include <benchmark/benchmark.h>
#include <map>
#include <memory>
#include <string>

#include "base/random.h"
#include "io/environment.h"
#include "io/memory_file_system.h"
#include "stats/counters.h"
#include "strata/db.h"

namespace strata {
namespace {

constexpr std::uint64_t kKeys = 100'000;
constexpr std::uint64_t kScanned = 100;

std::string KeyOf(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(16 - digits.size(), '0') + digits;
}

const std::string& Value() {
  static const std::string value(100, 'v');
  return value;
}

// A store that never touches a disk, with every key in it.
class FullStore {
 public:
  FullStore() : files_(NewMemoryFileSystem()), executor_(NewThreadExecutor(1, 1, RealClock())) {
    environment_ = {files_.get(), &RealClock(), executor_.get(), SeededEntropy(1)};
    Options options;
    options.environment = &environment_;
    options.sync = SyncMode::kNone;
    db_ = DB::Open(options, "db").value();
    for (std::uint64_t i = 0; i < kKeys; ++i) {
      if (!db_->Put(KeyOf(i), Value())) std::abort();
    }
  }
  ~FullStore() {
    db_.reset();
    executor_.reset();
  }
  FullStore(const FullStore&) = delete;
  FullStore& operator=(const FullStore&) = delete;

  DB& db() { return *db_; }

 private:
  std::unique_ptr<FileSystem> files_;
  std::unique_ptr<Executor> executor_;
  Environment environment_;
  std::unique_ptr<DB> db_;
};

std::map<std::string, std::string>& FullMap() {
  static std::map<std::string, std::string> map = [] {
    std::map<std::string, std::string> full;
    for (std::uint64_t i = 0; i < kKeys; ++i) full[KeyOf(i)] = Value();
    return full;
  }();
  return map;
}

void BM_MapPut(benchmark::State& state) {
  Random random(1);
  for (auto _ : state) FullMap()[KeyOf(random.Uniform(kKeys))] = Value();
}
BENCHMARK(BM_MapPut);

void BM_MapGet(benchmark::State& state) {
  Random random(1);
  for (auto _ : state) benchmark::DoNotOptimize(FullMap().find(KeyOf(random.Uniform(kKeys))));
}
BENCHMARK(BM_MapGet);

void BM_MapScan100(benchmark::State& state) {
  Random random(1);
  std::size_t bytes = 0;
  for (auto _ : state) {
    auto place = FullMap().lower_bound(KeyOf(random.Uniform(kKeys - kScanned)));
    for (std::uint64_t i = 0; i < kScanned; ++i, ++place) bytes += place->second.size();
  }
  benchmark::DoNotOptimize(bytes);
}
BENCHMARK(BM_MapScan100);

void BM_StorePut(benchmark::State& state) {
  FullStore store;
  Random random(1);
  const std::uint64_t before = store.db().counters().Get(Counter::kEntriesWritten);
  for (auto _ : state) {
    if (!store.db().Put(KeyOf(random.Uniform(kKeys)), Value())) state.SkipWithError("put failed");
  }
  const std::uint64_t counted = store.db().counters().Get(Counter::kEntriesWritten) - before;
  if (counted != static_cast<std::uint64_t>(state.iterations()))
    state.SkipWithError("a put isn't counted once");
}
BENCHMARK(BM_StorePut)->Iterations(200'000);

void BM_StoreGet(benchmark::State& state) {
  FullStore store;
  Random random(1);
  std::string value;
  for (auto _ : state) {
    if (!store.db().Get(KeyOf(random.Uniform(kKeys)), &value)) state.SkipWithError("get failed");
  }
  const Counters& counters = store.db().counters();
  if (counters.Get(Counter::kGets) != static_cast<std::uint64_t>(state.iterations()) ||
      counters.Get(Counter::kGetHits) != static_cast<std::uint64_t>(state.iterations())) {
    state.SkipWithError("a get isn't counted once, or missed");
  }
}
BENCHMARK(BM_StoreGet);

void BM_StoreScan100(benchmark::State& state) {
  FullStore store;
  Random random(1);
  for (auto _ : state) {
    ReadOptions options;
    const std::uint64_t first = random.Uniform(kKeys - kScanned);
    options.lower = KeyOf(first);
    options.upper = KeyOf(first + kScanned);
    const auto cursor = store.db().NewIterator(options).value();
    std::uint64_t rows = 0;
    if (!cursor->SeekToFirst()) state.SkipWithError("seek failed");
    for (; cursor->Valid(); ++rows) {
      if (!cursor->Next()) state.SkipWithError("next failed");
    }
    if (rows != kScanned) state.SkipWithError("the bounds don't hold");
  }
}
BENCHMARK(BM_StoreScan100);

}  // namespace
}  // namespace strata
