// Lesson tables: what a store pays for having many tables. Asserted: tables that are made together
// cost one sync of the manifest; a batch over many tables costs one of the log, a put the same log
// as in a store with one table; and a flush writes files for those tables only that were written
// to.

#include <benchmark/benchmark.h>
#include <string>
#include <vector>

#include "base/check.h"
#include "bench_store.h"
#include "stats/counters.h"

namespace strata {
namespace {

// A store with `count` tables besides the default one.
class TablesStore {
 public:
  explicit TablesStore(std::int64_t count)
      : tables_(Make("table", static_cast<std::size_t>(count))) {}

  std::vector<TableRef> Make(const std::string& name, std::size_t count) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i) names.push_back(name + std::to_string(i));
    auto made = store_->CreateTables(names, {});
    STRATA_CHECK(made.has_value());
    return *std::move(made);
  }
  DB& db() { return *store_.operator->(); }
  const std::vector<TableRef>& tables() const { return tables_; }
  double Count(Counter counter) { return static_cast<double>(db().counters().Get(counter)); }

 private:
  testing::BenchStore store_{{.sync = SyncMode::kAlways}};
  const std::vector<TableRef> tables_;
};

void BM_MakeTables(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  TablesStore store(1);
  const double syncs = store.Count(Counter::kManifestSyncs);
  const double bytes = store.Count(Counter::kManifestBytes);
  for (auto _ : state) store.Make("more", count);
  const double synced = store.Count(Counter::kManifestSyncs) - syncs;
  state.counters["syncs"] = synced;
  state.counters["manifest_bytes_per_table"] =
      (store.Count(Counter::kManifestBytes) - bytes) / static_cast<double>(count);
  if (synced != 1) state.SkipWithError("tables that are made together share one sync");
}
BENCHMARK(BM_MakeTables)->Arg(1)->Arg(100)->Arg(10'000)->Iterations(1);

// Puts into the last of many tables; of none, into the default one.
void BM_PutAmong(benchmark::State& state) {
  TablesStore store(state.range(0));
  const TableRef table = store.tables().empty() ? kDefaultTable : store.tables().back();
  const double bytes = store.Count(Counter::kWalBytes);
  const double syncs = store.Count(Counter::kWalSyncs);
  double puts = 0;
  for (auto _ : state) {
    STRATA_CHECK(store.db().Put("key", "value", {.table = table}).has_value());
    ++puts;
  }
  const double bytes_per_put = (store.Count(Counter::kWalBytes) - bytes) / puts;
  state.counters["wal_bytes_per_put"] = bytes_per_put;
  state.counters["syncs_per_put"] = (store.Count(Counter::kWalSyncs) - syncs) / puts;
  if (store.Count(Counter::kWalSyncs) - syncs != puts) state.SkipWithError("a put is one sync");
}
BENCHMARK(BM_PutAmong)->Arg(0)->Arg(1)->Arg(100)->Arg(10'000)->Iterations(1'000);

// One batch with an entry for each table, and the flush of what it wrote.
void BM_BatchOver(benchmark::State& state) {
  TablesStore store(1'000);
  WriteBatch batch;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    batch.Put("key", "value", {.table = store.tables()[static_cast<std::size_t>(i)]});
  }
  const double syncs = store.Count(Counter::kWalSyncs);
  const double files = store.Count(Counter::kFlushes);
  double batches = 0;
  for (auto _ : state) {
    STRATA_CHECK(store.db().Write(batch).has_value());
    ++batches;
  }
  const double syncs_per_batch = (store.Count(Counter::kWalSyncs) - syncs) / batches;
  STRATA_CHECK(store.db().Flush().has_value());
  const double written = store.Count(Counter::kFlushes) - files;
  state.counters["syncs_per_batch"] = syncs_per_batch;
  state.counters["files_per_flush"] = written;
  if (syncs_per_batch != 1) state.SkipWithError("a batch is one record of one log");
  if (written != static_cast<double>(state.range(0))) {
    state.SkipWithError("a flush writes the tables that were written to, and no other");
  }
}
BENCHMARK(BM_BatchOver)->Arg(1)->Arg(10)->Arg(100)->Iterations(100);

}  // namespace
}  // namespace strata
