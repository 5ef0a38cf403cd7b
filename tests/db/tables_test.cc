// Named tables: key spaces of their own that share the log, so that a batch reaches several of them
// or none, and one instant is the same in all.

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "io/environment.h"
#include "io/faulty_file_system.h"
#include "stats/counters.h"
#include "testing/results.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::Must;
using testing::Scan;
using testing::ScanBackwards;
using testing::TestStore;

TableRef Create(TestStore& store, const std::string& name, const TableOptions& options = {}) {
  const auto table = store->CreateTable(name, options);
  REQUIRE(table);
  return *table;
}

std::string Get(TestStore& store, TableRef table, const std::string& key) {
  std::string value;
  const auto found = store->Get(key, &value, {.table = table});
  REQUIRE(found);
  return *found ? value : "(none)";
}

std::string Names(TestStore& store) {
  std::string names;
  for (const TableInfo& table : store->ListTables()) {
    names += table.name + "=" + std::to_string(table.ref.id) + " ";
  }
  return names;
}

std::size_t TableFiles(TestStore& store) {
  const auto names = store.disk().List(TestStore::kDirectory);
  REQUIRE(names);
  return static_cast<std::size_t>(std::count_if(
      names->begin(), names->end(), [](const auto& name) { return name.ends_with(".sst"); }));
}

TEST_CASE("tables are created, found, listed and dropped by name", "[tables][tables.3]") {
  TestStore store;
  CHECK(Names(store) == "default=0 ");
  const TableRef users = Create(store, "users");
  const TableRef orders = Create(store, "orders");
  CHECK(Names(store) == "default=0 orders=2 users=1 ");
  CHECK(store->FindTable("orders").value() == orders);
  CHECK(store->FindTable("default").value() == kDefaultTable);
  REQUIRE(store->DropTable("users"));
  CHECK(Names(store) == "default=0 orders=2 ");
  CHECK(store->FindTable("users").error().code() == ErrorCode::kNotFound);
  CHECK(store->DropTable("users").error().code() == ErrorCode::kNotFound);
  CHECK(store->DropTable("default").error().code() == ErrorCode::kInvalidArgument);
  CHECK(store->CreateTable("orders", {}).error().code() == ErrorCode::kInvalidArgument);
  CHECK(store->CreateTable("default", {}).error().code() == ErrorCode::kInvalidArgument);
  CHECK(store->CreateTable("a b", {}).error().message().find("' ' isn't allowed") !=
        std::string::npos);
  // A name may come again; an id never does.
  CHECK(Create(store, "users").id == 3);
  CHECK(users.id == 1);
}

// Drops a table while the disk fails at its `fail_at`-th operation; whether that came to pass.
bool DropFails(std::uint64_t fail_at) {
  const auto disk = NewMemoryFileSystem();
  const auto faulty = NewFaultyFileSystem(*disk);
  ManualClock clock;
  const auto executor = NewSimExecutor(1, clock);
  const Environment environment{.files = faulty.get(),
                                .clock = &clock,
                                .executor = executor.get(),
                                .entropy = SeededEntropy(1)};
  Options options;
  options.environment = &environment;
  auto db = Must(DB::Open(options, "db"));
  const TableRef users = Must(db->CreateTable("users", {}));
  REQUIRE(db->Put("a", "1", {.table = users}));
  faulty->SetPlan({.fail_at = fail_at});
  const std::string outcome = testing::CodeOf(db->DropTable("users"));
  if (!faulty->fired()) return false;
  CHECK(outcome == "i/o error");
  std::string value;
  CHECK(Must(db->Get("a", &value, {.table = users})));
  return true;
}

TEST_CASE("a table that can't be dropped on the disk is still there", "[tables][tables.3]") {
  std::uint64_t failures = 0;
  while (DropFails(failures)) ++failures;
  CHECK(failures >= 2);  // The log, and then the manifest.
}

TEST_CASE("tables keep the same keys apart, in memory and on disk", "[tables][tables.2]") {
  TestStore store;
  const TableRef a = Create(store, "a");
  const TableRef b = Create(store, "b");
  REQUIRE(store->Put("k", "default"));
  REQUIRE(store->Put("k", "in a", {.table = a}));
  REQUIRE(store->Put("k", "in b", {.table = b}));
  REQUIRE(store->Put("only", "b", {.table = b}));
  const auto check = [&] {
    CHECK(store.Get("k") == "default");
    CHECK(Get(store, a, "k") == "in a");
    CHECK(Get(store, b, "k") == "in b");
    CHECK(Get(store, a, "only") == "(none)");
    CHECK(Scan(*store) == "k=default ");
    CHECK(Scan(*store, {.table = b}) == "k=in b only=b ");
    CHECK(ScanBackwards(*store, {.table = b}) == "only=b k=in b ");
  };
  check();
  REQUIRE(store->Flush());
  check();
  CHECK(TableFiles(store) == 3);
  for (const TableRef table : {kDefaultTable, a, b}) {
    REQUIRE(store->CompactTable(table, std::nullopt, std::nullopt));
  }
  check();
  store.Reopen();
  check();
  REQUIRE(store->Delete("k", {.table = a}));
  CHECK(Get(store, a, "k") == "(none)");
  CHECK(store.Get("k") == "default");
}

TEST_CASE("a batch over several tables is there as a whole after a crash, or not at all",
          "[tables]") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    TestStore store({.sync = SyncMode::kNone}, seed);
    const TableRef left = Create(store, "left");
    const TableRef right = Create(store, "right");
    for (int i = 0; i < 20; ++i) {
      WriteBatch batch;
      batch.Put("n", std::to_string(i), {.table = left});
      batch.Put("n", std::to_string(i), {.table = right});
      batch.Put("n", std::to_string(i));
      REQUIRE(store->Write(batch));
      if (i == 10 && seed % 3 == 0) REQUIRE(store->Flush());
    }
    Random random(seed);
    store.PowerCut(CrashKind::kRandomSubset, random);
    REQUIRE(store.TryOpen());
    const std::string value = store.Get("n").value_or("(none)");
    CHECK(Get(store, left, "n") == value);
    CHECK(Get(store, right, "n") == value);
  }
}

TEST_CASE("options of a table are kept in the manifest and rule its files", "[tables]") {
  TestStore store({.compression = Compression::kNone});
  const TableOptions options{.compaction = CompactionStyle::kTiered,
                             .compression = Compression::kZstd,
                             .ttl_us = 5'000'000,
                             .delete_deadline_us = 7'000'000,
                             .empty_value_deletes = true};
  const TableRef packed = Create(store, "packed", options);
  store.Reopen();
  CHECK(store->ListTables().at(1).options == options);
  for (int i = 0; i < 200; ++i) {
    const std::string key = "key" + std::to_string(1000 + i);
    REQUIRE(store->Put(key, std::string(100, 'v')));
    REQUIRE(store->Put(key, std::string(100, 'v'), {.table = packed}));
  }
  REQUIRE(store->Flush());
  const auto tables = store->ListTables();
  CHECK(tables.at(1).bytes * 3 < tables.at(0).bytes);
  REQUIRE(store->Put("key1000", "", {.table = packed}));
  CHECK(Get(store, packed, "key1000") == "(none)");
  CHECK(store->CreateTable("bad", {.compaction = CompactionStyle::kNone}));
}

TEST_CASE("dropping a table frees its space at once, or with its last reader",
          "[tables][tables.3]") {
  TestStore store;
  const TableRef big = Create(store, "big");
  for (int i = 0; i < 100; ++i) {
    REQUIRE(store->Put("key" + std::to_string(i), std::string(200, 'v'), {.table = big}));
  }
  REQUIRE(store->Put("k", "stays"));
  REQUIRE(store->Flush());
  CHECK(TableFiles(store) == 2);
  auto iterator = store->NewIterator({.table = big});
  REQUIRE(iterator);
  REQUIRE((*iterator)->SeekToFirst());
  REQUIRE(store->DropTable("big"));
  CHECK(TableFiles(store) == 2);
  int keys = 0;
  for (; (*iterator)->Valid(); ++keys) REQUIRE((*iterator)->Next());
  CHECK(keys == 100);
  iterator->reset();
  CHECK(TableFiles(store) == 1);
  std::string value;
  CHECK(store->Get("key1", &value, {.table = big}).error().code() == ErrorCode::kNotFound);
  CHECK(store->NewIterator({.table = big}).error().code() == ErrorCode::kNotFound);
  CHECK(store->Put("key1", "v", {.table = big}).error().code() == ErrorCode::kNotFound);
  CHECK(store.Get("k") == "stays");
}

TEST_CASE("a drop that outlives a crash doesn't outlive what was written before it",
          "[tables][tables.3]") {
  TestStore store({.sync = SyncMode::kNone});
  Create(store, "t");
  REQUIRE(store->Put("moved", "out of t"));
  REQUIRE(store->DropTable("t"));
  REQUIRE(store->Put("after", "1"));
  Random random(1);
  store.PowerCut(CrashKind::kNothingUnsynced, random);
  REQUIRE(store.TryOpen());
  CHECK_FALSE(store->FindTable("t"));
  CHECK(Scan(*store) == "moved=out of t ");
}

TEST_CASE("entries of a dropped table stay away when the log is replayed", "[tables][tables.3]") {
  TestStore store({.sync = SyncMode::kAlways});
  const TableRef old = Create(store, "t");
  REQUIRE(store->Put("k", "of the old one", {.table = old}));
  REQUIRE(store->Put("d", "default"));
  REQUIRE(store->DropTable("t"));
  const TableRef fresh = Create(store, "t");
  REQUIRE(store->Put("n", "of the new one", {.table = fresh}));
  store.Kill();
  REQUIRE(store.TryOpen());
  CHECK(store->FindTable("t").value() == fresh);
  CHECK(Scan(*store, {.table = fresh}) == "n=of the new one ");
  CHECK(Scan(*store) == "d=default ");
  CHECK(store->Stats().last_sequence == 3);
}

TEST_CASE("a drop is done or not done at every point where the power may go",
          "[tables][tables.3]") {
  for (int seed = 1; seed <= 20; ++seed) {
    TestStore store({}, static_cast<std::uint64_t>(seed));
    const TableRef gone = Create(store, "gone");
    REQUIRE(store->Put("k", "v", {.table = gone}));
    if (seed % 2 == 0) REQUIRE(store->Flush());
    REQUIRE(store->DropTable("gone"));
    Random random(static_cast<std::uint64_t>(seed));
    store.PowerCut(seed % 3 == 0 ? CrashKind::kRandomSubset : CrashKind::kNothingUnsynced, random);
    REQUIRE(store.TryOpen());
    CHECK(Names(store) == "default=0 ");
    CHECK(TableFiles(store) == 0);
    CHECK(Create(store, "next").id == 2);
  }
}

TEST_CASE("a multi-get over several tables sees one instant", "[tables][tables.2]") {
  TestStore store;
  const TableRef a = Create(store, "a");
  REQUIRE(store->Put("k", "1"));
  REQUIRE(store->Put("k", "2", {.table = a}));
  REQUIRE(store->Flush());
  REQUIRE(store->Put("m", "3", {.table = a}));
  const auto before = store->GetSnapshot();
  WriteBatch batch;
  batch.Put("k", "10");
  batch.Put("k", "20", {.table = a});
  batch.Delete("m", {.table = a});
  REQUIRE(store->Write(batch));
  const std::vector<TableKey> keys = {{a, "k"}, {kDefaultTable, "k"}, {a, "m"}, {a, "x"}};
  const auto render = [&](const ReadOptions& options) {
    const auto results = store->MultiGet(keys, options);
    REQUIRE(results);
    std::string out;
    for (const MultiGetResult& result : *results) {
      out += (result.found ? result.value : "-") + " ";
    }
    return out;
  };
  CHECK(render({}) == "20 10 - - ");
  CHECK(render({.snapshot = before}) == "2 1 3 - ");
  CHECK(Scan(*store, {.snapshot = before, .table = a}) == "k=2 m=3 ");
}

TEST_CASE("conditions look at the table that they name", "[tables]") {
  TestStore store;
  const TableRef stock = Create(store, "stock");
  const TableRef orders = Create(store, "orders");
  REQUIRE(store->Put("apple", "1", {.table = stock}));
  WriteBatch batch;
  batch.RequireValue("apple", "1", stock);
  batch.RequireAbsent("order-7", orders);
  batch.Put("apple", "0", {.table = stock});
  batch.Put("order-7", "apple", {.table = orders});
  CHECK(Must(store->WriteIf(batch)).written());
  const auto again = store->WriteIf(batch);
  REQUIRE(again);
  REQUIRE_FALSE(again->written());
  CHECK(again->failed->index == 0);
  REQUIRE(again->failed->current);
  CHECK(again->failed->current->value == "0");
  CHECK(Get(store, orders, "order-7") == "apple");
  CHECK(Must(store->PutIfAbsent("apple", "7")).written());
  CHECK_FALSE(Must(store->PutIfAbsent("apple", "7", {.table = stock})).written());
}

TEST_CASE("random work on several tables agrees with as many maps", "[tables]") {
  for (const std::uint64_t seed : {1, 2}) {
    TestStore store({.memtable_bytes = 16 << 10, .table_bytes = 4 << 10, .level1_bytes = 16 << 10},
                    seed);
    Random random(seed);
    std::map<std::uint32_t, std::map<std::string, std::string>> model = {{0, {}}};
    std::map<std::uint32_t, std::string> names;
    for (int step = 0; step < 1500; ++step) {
      if (random.Uniform(100) == 0 && names.size() < 4) {
        const std::string name = "t" + std::to_string(step);
        const TableRef table = Create(store, name);
        names[table.id] = name;
        model[table.id];
      } else if (random.Uniform(300) == 0 && !names.empty()) {
        REQUIRE(store->DropTable(names.begin()->second));
        model.erase(names.begin()->first);
        names.erase(names.begin());
      } else if (random.Uniform(200) == 0) {
        store.Reopen();
      } else if (random.Uniform(100) == 0) {
        REQUIRE(store->Flush());
      }
      WriteBatch batch;
      for (auto& [id, keys] : model) {
        const std::string key = "key" + std::to_string(random.Uniform(60));
        if (random.Uniform(4) == 0) {
          batch.Delete(key, {.table = {id}});
          keys.erase(key);
        } else {
          const std::string value = std::to_string(step) + std::string(random.Uniform(100), 'v');
          batch.Put(key, value, {.table = {id}});
          keys[key] = value;
        }
      }
      REQUIRE(store->Write(batch));
    }
    REQUIRE(store->WaitForCompactions());
    REQUIRE(store->VerifyAll());
    for (const auto& [id, keys] : model) {
      CHECK(Scan(*store, {.table = {id}}) == testing::Render(keys));
    }
  }
}

TEST_CASE("a table isn't made with an option that no store could be opened with", "[tables]") {
  TestStore store;
  TableOptions options;
  options.compression = static_cast<Compression>(77);
  CHECK(store->CreateTable("x", options).error().code() == ErrorCode::kInvalidArgument);
  store.Reopen();
  CHECK(store->ListTables().size() == 1);
}

TEST_CASE("many tables are made at once, all or none", "[tables]") {
  TestStore store;
  std::vector<std::string> names;
  names.reserve(300);
  for (int i = 0; i < 300; ++i) names.push_back("table" + std::to_string(i));
  const std::uint64_t before = store->counters().Get(Counter::kManifestSyncs);
  const auto made = store->CreateTables(names, {});
  REQUIRE(made);
  CHECK(made->size() == 300);
  CHECK(store->counters().Get(Counter::kManifestSyncs) - before <= 2);
  CHECK(store->FindTable("table299")->id == made->back().id);
  REQUIRE(store->Put("k", "v", {.table = made->back()}));
  const std::string taken[] = {"new", "table7"};
  CHECK_FALSE(store->CreateTables(taken, {}));
  CHECK_FALSE(store->FindTable("new"));
  const std::string twice[] = {"same", "other", "same"};
  CHECK(store->CreateTables(twice, {}).error().message().find("\"same\"") != std::string::npos);
  CHECK_FALSE(store->FindTable("other"));
  store.Reopen();
  CHECK(store->ListTables().size() == 301);
  std::string value;
  CHECK(*store->Get("k", &value, {.table = made->back()}));
}

}  // namespace
}  // namespace strata
