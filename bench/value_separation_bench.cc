// Lesson value-separation: bytes written for each byte put, with values in the tables, apart from
// them, and written directly, for values of 64 B to 64 KiB. What a load in random order costs is
// asserted: of values apart without the log, of direct ones with it.
//
// All arms run the same writes over the same tiny levels, on a disk in memory.

#include <benchmark/benchmark.h>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/random.h"
#include "bench_store.h"
#include "stats/counters.h"
#include "strata/db.h"

namespace strata {
namespace {

constexpr std::size_t kGets = 500;

std::uint64_t BytesToPut() {
  return std::getenv("STRATA_BENCH_QUICK") != nullptr ? 6ULL << 20 : 48ULL << 20;
}

std::string KeyOf(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return "key" + std::string(10 - digits.size(), '0') + digits;
}

enum class Arm : std::uint8_t { kInline, kApart, kDirect };

Options OptionsOf(Arm arm) {
  Options options;
  options.sync = SyncMode::kNone;
  options.compression = Compression::kNone;
  options.memtable_bytes = 1 << 20;
  options.table_bytes = 256 << 10;
  options.level1_bytes = 1 << 20;
  options.block_cache_bytes = 1 << 20;
  options.blob_threshold = arm == Arm::kInline ? 0 : 1;
  options.direct_value_bytes = arm == Arm::kDirect ? 1 : 0;
  // Direct values of four memtables make one file. Fewer than 64 files lie over one key in either
  // arm, as in a load of 2 GB with files of 64 MiB: from 64 on, merges write values anew.
  options.blob_file_bytes = arm == Arm::kDirect ? 4 << 20 : 1 << 20;
  options.verify_outputs = false;
  return options;
}

struct Shape {
  std::size_t value_size;
  std::uint64_t writes;
  bool overwrites;  // Four writes a key, in random order; otherwise one.
};

// The keys in the order in which they are written.
std::vector<std::uint64_t> OrderOf(const Shape& shape, Random& random) {
  std::vector<std::uint64_t> order(shape.writes);
  for (std::uint64_t i = 0; i < order.size(); ++i) {
    order[i] = shape.overwrites ? random.Uniform(shape.writes / 4 + 1) : i;
  }
  for (std::uint64_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[random.Uniform(i)]);
  return order;
}

struct Costs {
  double write_amplification = 0;
  double with_log = 0;             // The same and the log.
  double space_amplification = 0;  // Of the blob files; 0 without.
  double load_seconds = 0;
  double blocks_per_get = 0;  // Wanted, from the cache or the disk, and blob records.
  double get_micros = 0;
};

double Since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Result<Costs> Measure(const Shape& shape, Arm arm) {
  testing::SimulatedStore store(OptionsOf(arm));
  DB& db = *store;
  Random random(19);
  const auto order = OrderOf(shape, random);
  const std::string bytes = random.Bytes(shape.value_size + 4096);
  Costs costs;
  auto start = std::chrono::steady_clock::now();
  for (const std::uint64_t key : order) {
    const std::string_view value = std::string_view(bytes).substr(key % 4096, shape.value_size);
    STRATA_TRY(db.Put(KeyOf(key), value));
  }
  STRATA_TRY(db.Flush());
  STRATA_TRY(db.WaitForCompactions());
  costs.load_seconds = Since(start);
  const auto count = [&](Counter counter) {
    return static_cast<double>(db.counters().Get(counter));
  };
  costs.write_amplification =
      (count(Counter::kFlushBytes) + count(Counter::kCompactionBytesWritten) +
       count(Counter::kBlobBytesWritten) + count(Counter::kBlobBytesCopied)) /
      count(Counter::kUserBytesWritten);
  costs.with_log =
      costs.write_amplification + count(Counter::kWalBytes) / count(Counter::kUserBytesWritten);
  const StoreStats stats = db.Stats();
  if (stats.blob_live_bytes > 0) {
    costs.space_amplification =
        static_cast<double>(stats.blob_bytes) / static_cast<double>(stats.blob_live_bytes);
  }
  db.counters().Reset();
  start = std::chrono::steady_clock::now();
  std::string value;
  for (std::size_t i = 0; i < kGets; ++i) {
    STRATA_TRY(db.Get(KeyOf(order[random.Uniform(order.size())]), &value));
  }
  costs.get_micros = Since(start) * 1e6 / kGets;
  costs.blocks_per_get =
      (count(Counter::kCacheHits) + count(Counter::kCacheMisses) + count(Counter::kBlobReads)) /
      kGets;
  return costs;
}

// `most`: of the load with values apart, for each byte put.
void BM_ValueSeparation(benchmark::State& state, bool overwrites, double most) {
  const auto value_size = static_cast<std::size_t>(state.range(0));
  const Shape shape{value_size, BytesToPut() / (value_size + 13), overwrites};
  for (auto _ : state) {
    const auto inside = Measure(shape, Arm::kInline);
    const auto apart = Measure(shape, Arm::kApart);
    const auto direct = Measure(shape, Arm::kDirect);
    if (!inside || !apart || !direct) return state.SkipWithError("the store failed");
    state.counters["write_amp_inline"] = inside->write_amplification;
    state.counters["write_amp_apart"] = apart->write_amplification;
    state.counters["blob_space_amp"] = apart->space_amplification;
    state.counters["load_s_inline"] = inside->load_seconds;
    state.counters["load_s_apart"] = apart->load_seconds;
    state.counters["reads_per_get_inline"] = inside->blocks_per_get;
    state.counters["reads_per_get_apart"] = apart->blocks_per_get;
    state.counters["get_us_inline"] = inside->get_micros;
    state.counters["get_us_apart"] = apart->get_micros;
    state.counters["write_amp_apart_with_log"] = apart->with_log;
    state.counters["write_amp_direct_with_log"] = direct->with_log;
    state.counters["load_s_direct"] = direct->load_seconds;
    if (most > 0 && value_size >= 4096 && direct->with_log > 1.2) {
      state.SkipWithError("large values are written more than once");
    }
    if (most > 0 && value_size >= 1024 && apart->write_amplification > most) {
      state.SkipWithError("too many bytes written for each byte put");
    }
    if (apart->space_amplification > 1.5) state.SkipWithError("the bound isn't kept");
  }
}

BENCHMARK_CAPTURE(BM_ValueSeparation, load, false, 1.3)
    ->Arg(64)
    ->Arg(256)
    ->Arg(1024)
    ->Arg(4096)
    ->Arg(16384)
    ->Arg(65536)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_ValueSeparation, overwrite, true, 0.0)
    ->Arg(256)
    ->Arg(1024)
    ->Arg(16384)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace strata
