// Lesson background-work: what the slowest puts cost while memtables are written out and runs
// merge. That the writer makes none of those files itself is asserted; time is only shown.

#include <atomic>
#include <benchmark/benchmark.h>
#include <memory>
#include <string>
#include <thread>

#include "base/random.h"
#include "bench_store.h"
#include "io/forwarding_file_system.h"
#include "stats/histogram.h"

namespace strata {
namespace {

constexpr std::uint64_t kPuts = 200'000;

// Counts the tables that are made, and those that this object's own thread makes.
class WatchedFiles final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;

  Result<std::unique_ptr<WritableFile>> Create(const std::string& path,
                                               const WritableFileOptions& options) override {
    if (path.ends_with(".sst")) {
      ++tables_;
      if (std::this_thread::get_id() == writer_) ++tables_by_writer_;
    }
    return below().Create(path, options);
  }

  int tables() const { return tables_; }
  int tables_by_writer() const { return tables_by_writer_; }

 private:
  const std::thread::id writer_ = std::this_thread::get_id();
  std::atomic<int> tables_ = 0;
  std::atomic<int> tables_by_writer_ = 0;
};

void BM_Load(benchmark::State& state) {
  for (auto _ : state) {
    const auto disk = NewMemoryFileSystem();
    WatchedFiles files(*disk);
    Environment environment = RealEnvironment();
    environment.files = &files;
    Histogram latency;
    {
      const auto db = testing::MustOpen({.environment = &environment,
                                         .sync = SyncMode::kNone,
                                         .memtable_bytes = 1 << 20,
                                         .table_bytes = 1 << 20,
                                         .level1_bytes = 4 << 20},
                                        "db");
      for (std::uint64_t i = 0; i < kPuts; ++i) {
        const std::string key = std::to_string(Random(i).Next());
        const std::uint64_t start = RealClock().NowNanos();
        if (!db->Put(key, std::string(100, 'v'))) state.SkipWithError("a put failed");
        latency.Record(RealClock().NowNanos() - start);
      }
    }
    state.counters["tables"] = files.tables();
    state.counters["tables_by_writer"] = files.tables_by_writer();
    state.counters["p99.9_us"] = static_cast<double>(latency.Percentile(99.9)) / 1000;
    state.counters["max_us"] = static_cast<double>(latency.max()) / 1000;
    if (files.tables_by_writer() > 0) state.SkipWithError("a writer wrote a table out itself");
    if (files.tables() == 0) state.SkipWithError("no table was written: nothing was measured");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kPuts));
}
BENCHMARK(BM_Load)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1);

}  // namespace
}  // namespace strata
