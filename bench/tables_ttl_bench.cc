// Lesson expiry: what it costs to get rid of entries that have expired, as the share of entries
// that expire together grows. Asserted: when all of a table's entries expire, all of its bytes are
// freed and not one of them is read.

#include <benchmark/benchmark.h>
#include <string>

#include "base/check.h"
#include "base/random.h"
#include "io/environment.h"
#include "io/memory_file_system.h"
#include "stats/counters.h"
#include "strata/db.h"

namespace strata {
namespace {

constexpr std::uint64_t kEntries = 20'000;
constexpr std::uint64_t kTtlMicros = 60'000'000;

struct Result17 {
  std::uint64_t written = 0;  // Bytes of tables before anything expired.
  std::uint64_t freed = 0;    // By the time that the TTL is over and all work is done.
  std::uint64_t read = 0;     // By compaction, to free them.
};

// `percent` of the entries go into a table whose entries expire; the others into one whose don't,
// or, when `mixed`, all into one table.
Result17 Expire(std::uint64_t percent, bool mixed) {
  ManualClock clock;
  const auto disk = NewMemoryFileSystem();
  const auto executor = NewSimExecutor(301, clock);
  Environment environment;
  environment.files = disk.get();
  environment.clock = &clock;
  environment.executor = executor.get();
  Options options;
  options.environment = &environment;
  options.sync = SyncMode::kNone;
  auto db = *DB::Open(options, "db");
  const TableRef kept = *db->CreateTable("kept", {.delete_deadline_us = 2 * kTtlMicros});
  const TableRef expiring = mixed ? kept : *db->CreateTable("expiring", {});
  Random random(301);
  for (std::uint64_t i = 0; i < kEntries; ++i) {
    const bool expires = random.Uniform(100) < percent;
    const WriteOptions write{.table = expires ? expiring : kept,
                             .ttl_us = expires ? kTtlMicros : 0};
    const std::string key = "key" + std::to_string(random.Next());
    STRATA_CHECK(db->Put(key, std::string(100, 'v'), write).has_value());
  }
  STRATA_CHECK(db->Flush().has_value());
  const auto bytes = [&] {
    std::uint64_t sum = 0;
    for (const TableInfo& table : db->ListTables()) sum += table.bytes;
    return sum;
  };
  Result17 result;
  result.written = bytes();
  const std::uint64_t read = db->counters().Get(Counter::kCompactionBytesRead);
  clock.Advance(kTtlMicros);
  executor->RunAll();
  result.freed = result.written - bytes();
  result.read = db->counters().Get(Counter::kCompactionBytesRead) - read;
  return result;
}

void BM_Expire(benchmark::State& state, bool mixed) {
  const auto percent = static_cast<std::uint64_t>(state.range(0));
  Result17 result;
  for (auto _ : state) result = Expire(percent, mixed);
  state.counters["bytes_freed"] = static_cast<double>(result.freed);
  state.counters["bytes_read"] = static_cast<double>(result.read);
  if (!mixed && result.read != 0) state.SkipWithError("bytes were read to free what had expired");
  if (!mixed && percent == 100 && result.freed != result.written) {
    state.SkipWithError("bytes of entries that have expired are left");
  }
}
BENCHMARK_CAPTURE(BM_Expire, own_table, false)->Arg(25)->Arg(50)->Arg(100);
BENCHMARK_CAPTURE(BM_Expire, mixed_table, true)->Arg(25)->Arg(50)->Arg(100);

}  // namespace
}  // namespace strata
