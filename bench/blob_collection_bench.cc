// Lesson blob-collection: what blob files keep for each live byte while keys are overwritten,
// without collections and with bounds on the space, and what is copied for that. Space is asserted,
// and that no key is looked up to find what is dead.
//
// A disk in memory; values of 1 KiB, and no merge writes them anew.

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <string>

#include "base/random.h"
#include "bench_store.h"
#include "stats/counters.h"
#include "strata/db.h"

namespace strata {
namespace {

constexpr std::size_t kValueSize = 1024;
constexpr std::uint64_t kRounds = 6;  // Writes for each key, on average.
constexpr double kNever = 1e9;        // As a bound: nothing is collected.

std::uint64_t Keys() {
  return std::getenv("STRATA_BENCH_QUICK") != nullptr ? 1'500 : 6'000;
}

Options OptionsOf(double bound) {
  Options options;
  options.sync = SyncMode::kNone;
  options.compression = Compression::kNone;
  options.memtable_bytes = 256 << 10;
  options.table_bytes = 64 << 10;
  options.level1_bytes = 256 << 10;
  options.blob_threshold = 1;
  options.direct_value_bytes = 0;
  options.blob_file_bytes = 256 << 10;
  options.blob_overlap_max = 0;
  options.blob_space_bound = bound;
  options.blob_garbage_ratio = bound == kNever ? kNever : 1.1;  // Only the bound asks for them.
  options.verify_outputs = false;
  return options;
}

std::string KeyOf(std::uint64_t number) {
  return "key" + std::to_string(1'000'000 + number);
}

struct Costs {
  double kept = 0;        // Bytes of blob files for each byte that tables use.
  double kept_worst = 0;  // The same, at any time since the first round.
  double copied = 0;      // By collections, for each byte that flushes wrote.
  double slack = 0;       // What one file is, for each byte in use.
  double probes = 0;      // Of tables, while nobody reads.
};

Result<Costs> Measure(double bound) {
  testing::SimulatedStore store(OptionsOf(bound));
  DB& db = *store;
  Random random(22);
  const std::string bytes = random.Bytes(kValueSize + 4096);
  const std::uint64_t keys = Keys();
  Costs costs;
  const auto kept = [&] {
    const StoreStats stats = db.Stats();
    return static_cast<double>(stats.blob_bytes) / static_cast<double>(stats.blob_live_bytes);
  };
  for (std::uint64_t i = 0; i < kRounds * keys; ++i) {
    const std::uint64_t key = i < keys ? i : random.Uniform(keys);
    const std::string_view value = std::string_view(bytes).substr(i % 4096, kValueSize);
    STRATA_TRY(db.Put(KeyOf(key), value));
    if (i % (keys / 10) != 0 || i < keys) continue;
    STRATA_TRY(db.WaitForCompactions());
    costs.kept_worst = std::max(costs.kept_worst, kept());
  }
  STRATA_TRY(db.Flush());
  STRATA_TRY(db.CompactRange({}, {}));
  STRATA_TRY(db.WaitForCompactions());
  const auto count = [&](Counter counter) {
    return static_cast<double>(db.counters().Get(counter));
  };
  costs.kept = kept();
  costs.copied = count(Counter::kBlobBytesCopied) / count(Counter::kBlobBytesWritten);
  costs.slack = static_cast<double>(OptionsOf(bound).blob_file_bytes) /
                static_cast<double>(db.Stats().blob_live_bytes);
  costs.probes = count(Counter::kTablesProbed);
  return costs;
}

// `bound` in percent; 0: nothing is collected.
void BM_BlobCollection(benchmark::State& state) {
  const double bound = state.range(0) == 0 ? kNever : static_cast<double>(state.range(0)) / 100;
  for (auto _ : state) {
    const auto costs = Measure(bound);
    if (!costs) return state.SkipWithError("the store failed");
    state.counters["kept_per_live_byte"] = costs->kept;
    state.counters["kept_at_worst"] = costs->kept_worst;
    state.counters["copied_per_written_byte"] = costs->copied;
    state.counters["tables_probed"] = costs->probes;
    if (bound == kNever && costs->kept < 2.5) {
      state.SkipWithError("without collections dead values should fill the files");
    }
    if (bound != kNever && costs->kept > bound + costs->slack) {
      state.SkipWithError("the bound isn't kept");
    }
    if (costs->probes != 0) state.SkipWithError("a collection looks keys up");
  }
}

BENCHMARK(BM_BlobCollection)
    ->ArgName("bound_percent")
    ->Arg(0)
    ->Arg(110)
    ->Arg(125)
    ->Arg(150)
    ->Arg(200)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace strata
