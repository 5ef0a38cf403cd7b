// Lesson leveled-compaction: what a store costs in writes, space and reads, never compacted (as
// since lesson flush-and-merge) and leveled. The three counters are asserted.

#include <benchmark/benchmark.h>
#include <string>

#include "base/random.h"
#include "bench_store.h"
#include "stats/counters.h"
#include "strata/db.h"

namespace strata {
namespace {

constexpr std::uint64_t kWrites = 60'000;
constexpr std::uint64_t kKeys = 15'000;  // So each is written four times.
constexpr std::uint64_t kGets = 5'000;
constexpr std::size_t kValueSize = 100;

std::string KeyOf(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return "key" + std::string(8 - digits.size(), '0') + digits;
}

// Levels small enough that a few megabytes have three of them.
Options SmallLevels(CompactionStyle style) {
  Options options;
  options.sync = SyncMode::kNone;
  options.compaction = style;
  options.memtable_bytes = 64 << 10;
  options.table_bytes = 64 << 10;
  options.level1_bytes = 256 << 10;
  options.verify_outputs = false;
  return options;
}

struct Costs {
  double write_amplification = 0;  // Bytes written to tables for each byte put.
  double space_amplification = 0;  // Bytes in tables for each byte of newest versions.
  double probes_per_get = 0;       // Tables that a get looked into.
  double blocks_per_get = 0;       // Blocks it wanted, from the cache or the disk.
  double runs = 0;
};

Status Fill(DB& db, Random& random) {
  for (std::uint64_t i = 0; i < kWrites; ++i) {
    STRATA_TRY(db.Put(KeyOf(random.Uniform(kKeys)), random.Bytes(kValueSize)));
  }
  STRATA_TRY(db.Flush());
  return db.WaitForCompactions();
}

Result<Costs> Measure(CompactionStyle style) {
  testing::SimulatedStore store(SmallLevels(style));
  DB& db = *store;
  Random random(7);
  STRATA_TRY(Fill(db, random));
  const auto count = [&](Counter counter) {
    return static_cast<double>(db.counters().Get(counter));
  };
  Costs costs;
  costs.write_amplification =
      (count(Counter::kFlushBytes) + count(Counter::kCompactionBytesWritten)) /
      count(Counter::kUserBytesWritten);
  double bytes = 0;
  for (const auto& level : db.Stats().levels) {
    bytes += static_cast<double>(level.bytes);
    costs.runs += static_cast<double>(level.runs);
  }
  costs.space_amplification = bytes / static_cast<double>(kKeys * (KeyOf(0).size() + kValueSize));

  db.counters().Reset();
  std::string value;
  for (std::uint64_t i = 0; i < kGets; ++i) {
    STRATA_TRY(db.Get(KeyOf(random.Uniform(kKeys)), &value));
  }
  costs.probes_per_get = count(Counter::kTablesProbed) / kGets;
  costs.blocks_per_get = (count(Counter::kCacheHits) + count(Counter::kCacheMisses)) / kGets;
  return costs;
}

// Upper bounds of what the style may cost; a lower one of probes where it is meant to be bad.
void BM_Compaction(benchmark::State& state, CompactionStyle style, const Costs& most,
                   double probes_least) {
  for (auto _ : state) {
    const auto costs = Measure(style);
    if (!costs) return state.SkipWithError(costs.error().message().c_str());
    state.counters["write_amp"] = costs->write_amplification;
    state.counters["space_amp"] = costs->space_amplification;
    state.counters["probes_per_get"] = costs->probes_per_get;
    state.counters["blocks_per_get"] = costs->blocks_per_get;
    state.counters["runs"] = costs->runs;
    if (costs->write_amplification > most.write_amplification) {
      state.SkipWithError("too many bytes written for each byte put");
    }
    if (costs->space_amplification > most.space_amplification) {
      state.SkipWithError("too many bytes kept for each byte that lives");
    }
    if (costs->probes_per_get > most.probes_per_get || costs->probes_per_get < probes_least) {
      state.SkipWithError("a get looks into more or fewer tables than it should");
    }
  }
}

BENCHMARK_CAPTURE(BM_Compaction, none, CompactionStyle::kNone,
                  Costs{
                      .write_amplification = 1.3, .space_amplification = 5, .probes_per_get = 200},
                  30.0)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(BM_Compaction, leveled, CompactionStyle::kLeveled,
                  Costs{.write_amplification = 12, .space_amplification = 1.6, .probes_per_get = 5},
                  0.0)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace strata
