// What happens behind the writers' backs: groups form, full memtables are written out, runs merge,
// logs are synced, and closing waits for all of it.

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.h"
#include "commit/write_controller.h"
#include "stats/counters.h"
#include "testing/results.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::Scan;
using testing::TestStore;

Options SmallMemTables() {
  return {.sync = SyncMode::kNone,
          .memtable_bytes = 16 << 10,
          .table_bytes = 16 << 10,
          .level1_bytes = 64 << 10};
}

void Fill(TestStore& store, int count, const std::string& value = std::string(100, 'v')) {
  for (int i = 0; i < count; ++i) REQUIRE(store->Put("key" + std::to_string(i), value));
}

TEST_CASE("a full memtable is written out while writers go on", "[background-work]") {
  TestStore store(SmallMemTables());
  Fill(store, 100);
  const StoreStats before = store->Stats();
  CHECK(before.immutable_memtables == 1);
  CHECK(before.levels.empty());
  store.executor().RunAll();
  CHECK(store->Stats().immutable_memtables == 0);
  CHECK_FALSE(store->Stats().levels.empty());
}

TEST_CASE("a merge that finds no space is tried again, and the store goes on meanwhile",
          "[background-work]") {
  TestStore store({.memtable_bytes = 16 << 10, .table_bytes = 16 << 10});
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 300; ++i) {
      REQUIRE(store->Put("key" + std::to_string(i),
                         Random(static_cast<std::uint64_t>(1000 * round + i)).Bytes(100)));
    }
    REQUIRE(store->Flush());
  }
  const std::string all = Scan(*store);
  store.disk().SetCapacity(1);
  CHECK(testing::CodeOf(store->CompactRange({}, {})) == "no space");
  CHECK(store->Stats().read_only_cause.empty());
  CHECK_FALSE(store->Stats().waiting_cause.empty());
  CHECK(Scan(*store) == all);
  store.disk().SetCapacity(0);
  store.clock().Advance(2'000'000);  // The timer rings.
  while (store.executor().RunOne()) {
  }
  CHECK(store->Stats().waiting_cause.empty());
  CHECK(store->CompactRange({}, {}));
  CHECK(Scan(*store) == all);
  CHECK(store->Put("k", "v"));
}

TEST_CASE("a store whose disk was full takes writes again by itself", "[background-work]") {
  std::vector<std::string> events;
  Options options = SmallMemTables();
  options.event_sink = [&](std::string_view line) { events.emplace_back(line); };
  TestStore store(options);
  Fill(store, 150);
  REQUIRE(store->Stats().immutable_memtables == 1);
  store.disk().SetCapacity(1);
  while (store->Stats().waiting_cause.empty()) REQUIRE(store.executor().RunOne());

  // A writer waits for the next attempt; when that fails, too, it and all others are told.
  const std::uint64_t start = store.clock().NowMicros();
  CHECK(testing::CodeOf(store->Put("refused", "1")) == "no space");
  CHECK(store.clock().NowMicros() - start < 2'000'000);
  CHECK(testing::CodeOf(store->Put("refused", "1")) == "no space");
  CHECK(testing::CodeOf(store->Flush()) == "no space");
  CHECK(testing::CodeOf(store->WaitForCompactions()) == "no space");
  CHECK(store->Stats().read_only_cause.empty());
  CHECK(store.Get("key149") == std::string(100, 'v'));
  CHECK_FALSE(store.Get("refused").has_value());

  store.disk().SetCapacity(0);
  store.clock().Advance(10'000'000);  // The timer rings.
  while (store.executor().RunOne()) {
  }
  CHECK(store->Stats().waiting_cause.empty());
  CHECK(store->Stats().immutable_memtables == 0);
  CHECK(store->Put("taken", "1"));
  CHECK(store->Flush());
  CHECK(store.Get("key149") == std::string(100, 'v'));
  CHECK(std::any_of(events.begin(), events.end(), [](const std::string& line) {
    return line.find("background_recovery") != line.npos;
  }));
}

TEST_CASE("a store may be closed while its disk is full", "[background-work]") {
  TestStore store(SmallMemTables());
  Fill(store, 150);
  store.disk().SetCapacity(1);
  while (store->Stats().waiting_cause.empty()) REQUIRE(store.executor().RunOne());
  (void)store->Close().has_value();  // It may lack room to say that all is well.
  store.disk().SetCapacity(0);
  REQUIRE(store.TryOpen());
  CHECK(store.Get("key149") == std::string(100, 'v'));
}

TEST_CASE("what waits to be written out is read", "[background-work]") {
  TestStore store(SmallMemTables());
  Fill(store, 150);
  REQUIRE(store->Stats().immutable_memtables == 1);
  CHECK(store.Get("key0") == std::string(100, 'v'));
  CHECK(Scan(*store, {.lower = "key0", .upper = "key1"}).find("key0=") == 0);
}

TEST_CASE("flush returns when the memtable is a table", "[background-work]") {
  TestStore store;
  REQUIRE(store->Put("a", "1"));
  REQUIRE(store->Flush());
  CHECK(store->Stats().memtable_entries == 0);
  REQUIRE(store->Stats().levels.size() == 1);
  CHECK(store->Stats().levels[0].entries == 1);
}

// The delay grows from nothing to the longest, with no wall: no step of more than a tenth of it.
template <typename Grow>
void CheckSmooth(int steps, Grow grow) {
  WritePressure pressure{.memtable_bytes_max = 1 << 20, .stall_max_us = 1'000};
  CHECK(StallFor(pressure) == 0);
  std::uint64_t last = 0;
  int distinct = 0;
  for (int step = 0; step < steps; ++step) {
    grow(pressure);
    const std::uint64_t stall = StallFor(pressure);
    CHECK(stall >= last);
    CHECK(stall - last <= 100);
    distinct += stall != last;
    last = stall;
  }
  CHECK(distinct > 10);
  CHECK(last == 1'000);
}

TEST_CASE("debt slows writers smoothly and never for longer than the option says",
          "[background-work][background-work.2]") {
  CheckSmooth(200, [](WritePressure& pressure) { pressure.debt_bytes += 32 << 20; });
  CheckSmooth(200, [](WritePressure& pressure) { pressure.debt_runs += 1; });
}

TEST_CASE("a burst that compaction has not seen costs nothing",
          "[background-work][background-work.2]") {
  WritePressure pressure{.memtable_bytes_max = 1 << 20, .stall_max_us = 1'000};
  pressure.debt_bytes = kDebtFreeMemtables << 20;
  pressure.debt_runs = kDebtFreeRuns;
  CHECK(StallFor(pressure) == 0);
  pressure.debt_bytes *= 4;
  CHECK(StallFor(pressure) == 1'000);
  pressure.debt_bytes = 0;
  pressure.debt_runs *= 4;
  CHECK(StallFor(pressure) == 1'000);
}

TEST_CASE("a delay grows with the square of the debt", "[background-work][background-work.2]") {
  constexpr std::uint64_t kLongest = 1'000'000;
  WritePressure pressure{.memtable_bytes_max = 1 << 20, .stall_max_us = kLongest};
  // Half of the way from what is free to kDebtFull times as much.
  const double half = (1 + kDebtFull) / 2;
  pressure.debt_bytes = static_cast<std::uint64_t>(half * (kDebtFreeMemtables << 20));
  CHECK(StallFor(pressure) == kLongest / 4);
  pressure.debt_bytes = 0;
  pressure.debt_runs = static_cast<std::size_t>(half * kDebtFreeRuns);
  CHECK(StallFor(pressure) == kLongest / 4);
  pressure.debt_bytes = static_cast<std::uint64_t>(kDebtFull * (kDebtFreeMemtables << 20));
  CHECK(StallFor(pressure) == kLongest);  // The larger one counts.
}

TEST_CASE("the last memtable slows writers over its second half, and only a little",
          "[background-work][background-work.2]") {
  constexpr std::uint64_t kLongest = 100'000'000;
  constexpr std::uint64_t kFull = 1 << 20;
  WritePressure pressure{
      .memtable_bytes_max = kFull, .immutables_max = 2, .stall_max_us = kLongest};
  const auto stall = [&](std::uint64_t bytes, std::size_t immutables) {
    pressure.memtable_bytes = bytes;
    pressure.immutables = immutables;
    return static_cast<double>(StallFor(pressure));
  };
  CHECK(stall(kFull, 1) == 0);  // There is room for another.
  CHECK(stall(kFull / 2, 2) == 0);
  CHECK(stall(kFull * 3 / 4, 2) == Approx(kLongest / 40'000.0));
  CHECK(stall(kFull, 2) == Approx(kLongest / 10'000.0));
  CHECK(stall(kFull * 2, 2) == Approx(kLongest / 10'000.0));
}

TEST_CASE("merging in the background keeps every key", "[background-work]") {
  Options options = SmallMemTables();
  options.subcompactions = 3;
  options.compaction_threads = 3;
  TestStore store(options);
  std::map<std::string, std::string> model;
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 600; ++i) {
      const std::string key = "key" + std::to_string(i * 7 % 600);
      const std::string value = std::to_string(round) + std::string(60, 'v');
      REQUIRE(store->Put(key, value));
      model[key] = value;
    }
  }
  REQUIRE(store->WaitForCompactions());
  CHECK(store->counters().Get(Counter::kCompactions) > 0);
  CHECK(Scan(*store) == testing::Render(model));
}

TEST_CASE("tables that move down unmerged leave no debt behind", "[background-work]") {
  TestStore store(SmallMemTables());
  for (int i = 0; i < 8'000; ++i) {  // In order, so that nothing overlaps.
    REQUIRE(store->Put("key" + std::to_string(10'000 + i), std::string(100, 'v')));
    while (i % 100 == 0 && store.executor().RunOne()) {
    }
  }
  store.executor().RunAll();
  CHECK(store->Stats().compaction_debt_bytes == 0);
  CHECK(store->Stats().levels.size() >= 2);
}

TEST_CASE("a compaction split into ranges gives the same store as one that is not",
          "[background-work]") {
  std::string scans[2];
  for (const int parts : {1, 4}) {
    Options options = SmallMemTables();
    options.subcompactions = parts;
    TestStore store(options);
    Fill(store, 2'000);
    for (int i = 0; i < 2'000; i += 3) REQUIRE(store->Delete("key" + std::to_string(i)));
    REQUIRE(store->CompactRange(std::nullopt, std::nullopt));
    for (const LevelShape& level : store->Stats().levels) CHECK(level.deletes == 0);
    scans[parts == 4] = Scan(*store);
  }
  CHECK(scans[0] == scans[1]);
}

TEST_CASE("what an interval sync owes reaches the disk without another write",
          "[background-work]") {
  TestStore store({.sync = SyncMode::kInterval, .sync_interval_ms = 50});
  REQUIRE(store->Put("first", "1"));  // Syncs: the interval has long been over.
  REQUIRE(store->Put("owed", "2"));
  store.executor().RunAll();
  Random random(1);
  store.PowerCut(CrashKind::kNothingUnsynced, random);
  REQUIRE(store.TryOpen());
  CHECK(store.Get("owed") == "2");
}

TEST_CASE("closing waits for the work under way and loses nothing", "[background-work]") {
  TestStore store(SmallMemTables());
  Fill(store, 1'000);
  store.Reopen();
  CHECK(store.Get("key0") == std::string(100, 'v'));
  CHECK(store.Get("key999") == std::string(100, 'v'));
}

TEST_CASE("a memory budget caps memtables and cache together", "[background-work]") {
  TestStore store({.memory_budget_bytes = 8 << 20});
  Fill(store, 10);
  REQUIRE(store->Flush());
  const StoreStats stats = store->Stats();
  CHECK(stats.cache_capacity <= 4 << 20);
  CHECK(stats.cache_capacity > 3 << 20);
  REQUIRE(store->Close());
}

}  // namespace
}  // namespace strata
