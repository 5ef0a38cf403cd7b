// Lesson structured-keys: what a secondary index costs a write and spares a read. Asserted: a put
// whose indexed value doesn't change writes no index row, one that changes it writes one and
// removes one; and a lookup looks at the rows that it gives, where a scan looks at all.

#include <benchmark/benchmark.h>
#include <cstdlib>
#include <memory>
#include <string>

#include "base/random.h"
#include "bench_store.h"
#include "stats/counters.h"
#include "strata/keys/hierarchy.h"
#include "strata/keys/indexed_table.h"

namespace strata::keys {
namespace {

std::uint64_t RowCount() {
  return std::getenv("STRATA_BENCH_QUICK") != nullptr ? 2'000 : 50'000;
}

constexpr std::uint64_t kRowsPerCity = 10;

std::string KeyOf(std::uint64_t row) {
  return Pack(TupleOf("person", row));
}

std::string Person(std::uint64_t city, std::uint64_t age) {
  return R"({"city": "city)" + std::to_string(city) + R"(", "age": )" + std::to_string(age) +
         R"(, "note": ")" + std::string(60, 'n') + R"("})";
}

// A table of people, ten a city, with an index by city if asked for.
struct People {
  explicit People(bool indexed) {
    Options options;
    options.sync = SyncMode::kNone;
    store = std::make_unique<testing::BenchStore>(options);
    auto created = (*store)->CreateTable("people", {});
    if (!created) return;
    ref = *created;
    auto opened = IndexedTable::Open(*store->operator->(), "people");
    if (!opened) return;
    table = *std::move(opened);
    if (indexed && !table->CreateIndex({.name = "by_city", .json_path = "city"})) return;
    for (std::uint64_t row = 0; row < RowCount(); ++row) {
      if (!table->Put(KeyOf(row), Person(row / kRowsPerCity, row))) return;
    }
    ready = true;
  }
  std::unique_ptr<testing::BenchStore> store;
  TableRef ref;
  std::unique_ptr<IndexedTable> table;
  bool ready = false;
};

enum Change : std::int64_t { kNoIndex, kSameCity, kOtherCity };

void BM_Put(benchmark::State& state) {
  constexpr const char* kNames[] = {"no index", "index, value stays", "index, value changes"};
  state.SetLabel(kNames[state.range(0)]);
  People people(state.range(0) != kNoIndex);
  if (!people.ready) return state.SkipWithError("can't make the table");
  const std::uint64_t put_before = people.table->counters().rows_put;
  const std::uint64_t removed_before = people.table->counters().rows_removed;
  Random random(18);
  std::uint64_t puts = 0;
  for (auto _ : state) {
    const std::uint64_t row = random.Uniform(RowCount());
    const std::uint64_t city = state.range(0) == kOtherCity ? 1'000'000 + puts : row / kRowsPerCity;
    if (!people.table->Put(KeyOf(row), Person(city, puts++))) {
      return state.SkipWithError("a put failed");
    }
  }
  const std::uint64_t expected = state.range(0) == kOtherCity ? puts : 0;
  const std::uint64_t put = people.table->counters().rows_put - put_before;
  const std::uint64_t removed = people.table->counters().rows_removed - removed_before;
  state.counters["index_rows_put_per_put"] = static_cast<double>(put) / static_cast<double>(puts);
  if (put != expected || removed != expected) {
    state.SkipWithError("an index was written although nothing of it changed, or not written");
  }
}
BENCHMARK(BM_Put)->ArgName("index")->DenseRange(kNoIndex, kOtherCity)->MinTime(0.2);

void BM_LookupByIndex(benchmark::State& state) {
  People people(true);
  if (!people.ready) return state.SkipWithError("can't make the table");
  Counters& counters = (*people.store)->counters();
  counters.Reset();
  Random random(19);
  std::uint64_t lookups = 0;
  for (auto _ : state) {
    const std::string city = "city" + std::to_string(random.Uniform(RowCount() / kRowsPerCity));
    const auto rows = people.table->Lookup("by_city", ElementOf(city));
    if (!rows || rows->size() != kRowsPerCity) return state.SkipWithError("rows are missing");
    ++lookups;
  }
  const double looked_at =
      static_cast<double>(counters.Get(Counter::kIteratorSteps) + counters.Get(Counter::kGets)) /
      static_cast<double>(lookups);
  state.counters["rows_looked_at"] = looked_at;
  if (looked_at > 3 * kRowsPerCity + 20) state.SkipWithError("a lookup looks at too many rows");
}
BENCHMARK(BM_LookupByIndex)->MinTime(0.2);

void BM_LookupByScan(benchmark::State& state) {
  People people(false);
  if (!people.ready) return state.SkipWithError("can't make the table");
  Random random(19);
  ReadOptions options;
  options.table = people.ref;
  std::uint64_t looked_at = 0;
  for (auto _ : state) {
    const std::string wanted =
        R"("city": "city)" + std::to_string(random.Uniform(RowCount() / kRowsPerCity)) + "\"";
    const auto cursor = (*people.store)->NewIterator(options);
    if (!cursor || !(*cursor)->SeekToFirst()) return state.SkipWithError("can't scan");
    std::uint64_t found = 0;
    for (; (*cursor)->Valid(); ++looked_at) {
      if ((*cursor)->value().find(wanted) != std::string_view::npos) ++found;
      if (!(*cursor)->Next()) return state.SkipWithError("can't scan");
    }
    if (found != kRowsPerCity) return state.SkipWithError("rows are missing");
  }
  state.counters["rows_looked_at"] =
      static_cast<double>(looked_at) / static_cast<double>(state.iterations());
}
BENCHMARK(BM_LookupByScan)->MinTime(0.2)->Unit(benchmark::kMicrosecond);

// Twenty children with a thousand keys below each.
void BM_ListChildren(benchmark::State& state) {
  testing::BenchStore store(Options{.sync = SyncMode::kNone});
  const std::uint64_t below = RowCount() / 20;
  for (std::uint64_t i = 0; i < RowCount(); ++i) {
    if (!store->Put(Pack(TupleOf("root", i / below, i)), "v")) {
      return state.SkipWithError("can't fill the store");
    }
  }
  store->counters().Reset();
  for (auto _ : state) {
    const auto children = ListChildren(*store.operator->(), Subspace(TupleOf("root")));
    if (!children || children->size() != 20) return state.SkipWithError("children are missing");
  }
  const double steps = static_cast<double>(store->counters().Get(Counter::kSeeks) +
                                           store->counters().Get(Counter::kIteratorSteps)) /
                       static_cast<double>(state.iterations());
  state.counters["cursor_moves"] = steps;
  if (steps > 25) state.SkipWithError("listing children reads what lies below them");
}
BENCHMARK(BM_ListChildren)->MinTime(0.2);

}  // namespace
}  // namespace strata::keys
