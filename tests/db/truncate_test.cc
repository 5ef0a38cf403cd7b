// A table that is emptied at once: by name, the default one, too; it keeps its name, options and
// reference.

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/random.h"
#include "io/faulty_file_system.h"
#include "testing/gated_file_system.h"
#include "testing/results.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::Scan;
using testing::TestStore;

std::size_t FilesEnding(TestStore& store, const std::string& ending) {
  const auto names = Must(store.disk().List(TestStore::kDirectory));
  return static_cast<std::size_t>(std::count_if(
      names.begin(), names.end(), [&](const auto& name) { return name.ends_with(ending); }));
}

// Either the default table or a named one.
TableRef TableOf(TestStore& store, const std::string& name) {
  if (name != kDefaultTableName) REQUIRE(store->CreateTable(name, {.ttl_us = 3'600'000'000}));
  return Must(store->FindTable(name));
}

TEST_CASE("a table that is truncated is empty, keeps name, options and reference, and goes on",
          "[redis-protocol]") {
  const std::string name = GENERATE(as<std::string>(), "default", "t");
  const bool flushed = GENERATE(false, true);
  const int end = GENERATE(0, 1, 2);
  CAPTURE(name, flushed, end);
  TestStore store({.sync = SyncMode::kAlways});
  const TableRef table = TableOf(store, name);
  const TableRef other = Must(store->CreateTable("other", {}));
  const auto before = store->ListTables();
  REQUIRE(store->Put("a", "1", {.table = table}));
  REQUIRE(store->Put("b", "2", {.table = table}));
  REQUIRE(store->Put("a", "other", {.table = other}));
  if (flushed) REQUIRE(store->Flush());
  REQUIRE(store->Put("b", "3", {.table = table}));  // In memory and in the log.
  const std::uint64_t version = store->Stats().last_sequence;
  REQUIRE(store->TruncateTable(name));
  CHECK(store->Stats().last_sequence > version);
  CHECK(Scan(*store, {.table = table}) == "");
  CHECK(Scan(*store, {.table = other}) == "a=other ");
  CHECK(Must(store->FindTable(name)) == table);
  REQUIRE(store->Put("c", "4", {.table = table}));
  const auto check = [&] {
    CHECK(Scan(*store, {.table = table}) == "c=4 ");
    CHECK(Scan(*store, {.table = other}) == "a=other ");
    const auto after = store->ListTables();
    REQUIRE(after.size() == before.size());
    for (std::size_t i = 0; i < after.size(); ++i) {
      CHECK(after[i].ref == before[i].ref);
      CHECK(after[i].options == before[i].options);
    }
  };
  check();
  Random random(1);
  for (int round = 0; round < 3; ++round) {
    if (end == 0) store.Reopen();
    if (end == 1) store.Kill();
    if (end == 2) store.PowerCut(CrashKind::kNothingUnsynced, random);
    if (end != 0) REQUIRE(store.TryOpen());
    check();
  }
  REQUIRE(store->Flush());
  REQUIRE(store->CompactTable(table, {}, {}));
  check();
  REQUIRE(store->VerifyAll());
}

TEST_CASE("what a table held goes with it, or with its last reader", "[redis-protocol]") {
  const std::string name = GENERATE(as<std::string>(), "default", "t");
  TestStore store({.blob_threshold = 1'000, .direct_value_bytes = 5'000});
  const TableRef table = TableOf(store, name);
  for (int i = 0; i < 50; ++i) {
    const std::string key = "key" + std::to_string(100 + i);
    REQUIRE(store->Put(key, std::string(i % 2 == 0 ? 2'000 : 10, 'v'), {.table = table}));
  }
  REQUIRE(store->Put("direct", std::string(6'000, 'd'), {.table = table}));
  REQUIRE(store->Flush());
  CHECK(FilesEnding(store, ".sst") == 1);
  CHECK(FilesEnding(store, ".blob") > 0);
  REQUIRE(store->Put("in memory", "1", {.table = table}));
  const auto snapshot = store->GetSnapshot();
  auto iterator = Must(store->NewIterator({.table = table}));
  REQUIRE(store->TruncateTable(name));
  CHECK(FilesEnding(store, ".sst") == 1);
  int keys = 0;
  REQUIRE(iterator->SeekToFirst());
  for (; iterator->Valid(); ++keys) REQUIRE(iterator->Next());
  CHECK(keys == 52);
  iterator.reset();
  CHECK(FilesEnding(store, ".sst") == 0);
  CHECK(FilesEnding(store, ".blob") == 0);
  CHECK(Scan(*store, {.snapshot = snapshot, .table = table}) == "");
}

TEST_CASE("memtables that wait to be written out when their table is truncated stay away",
          "[redis-protocol]") {
  const std::string name = GENERATE(as<std::string>(), "default", "t");
  TestStore store({.memtable_bytes = 16 << 10, .memtables_max = 4, .direct_value_bytes = 2'000});
  const TableRef table = TableOf(store, name);
  for (int i = 0; store->Stats().immutable_memtables < 2; ++i) {
    REQUIRE(store->Put("key" + std::to_string(i), std::string(100, 'v'), {.table = table}));
    if (i % 20 == 0) REQUIRE(store->Put("big", std::string(3'000, 'b'), {.table = table}));
  }
  REQUIRE(store->TruncateTable(name));
  CHECK(Scan(*store, {.table = table}) == "");
  REQUIRE(store->Put("k", "new", {.table = table}));
  if (GENERATE(false, true)) {
    REQUIRE(store->Flush());
    REQUIRE(store->WaitForCompactions());
    CHECK(FilesEnding(store, ".sst") == 1);
    CHECK(FilesEnding(store, ".blob") == 0);
  } else {
    store.Kill();
    REQUIRE(store.TryOpen());
  }
  CHECK(Scan(*store, {.table = table}) == "k=new ");
  REQUIRE(store->VerifyAll());
}

TEST_CASE("a transaction that has read what a truncation took fails, and one after it doesn't",
          "[redis-protocol]") {
  const std::string name = GENERATE(as<std::string>(), "default", "t");
  const bool scans = GENERATE(false, true);
  TestStore store;
  const TableRef table = TableOf(store, name);
  REQUIRE(store->Put("a", "1", {.table = table}));
  const auto read_and_write = [&](Transaction& txn) {
    std::string value;
    if (scans) {
      const auto iterator = Must(txn.NewIterator({.table = table}));
      for (Status moved = iterator->SeekToFirst(); iterator->Valid(); moved = iterator->Next()) {
        REQUIRE(moved);
      }
    } else {
      (void)Must(txn.Get("a", &value, {.table = table}));
    }
    REQUIRE(txn.Put("b", "read a", {.table = table}));
  };
  const auto before = Must(store->Begin());
  read_and_write(*before);
  REQUIRE(store->TruncateTable(name));
  CHECK(CodeOf(before->Commit()) == "conflict");
  const auto after = Must(store->Begin());
  read_and_write(*after);
  CHECK(CodeOf(after->Commit()) == "ok");
  CHECK(Scan(*store, {.table = table}) == "b=read a ");
}

TEST_CASE("a truncation's sequence, which no log has, isn't taken for a hole between logs",
          "[redis-protocol]") {
  const std::string name = GENERATE(as<std::string>(), "default", "t");
  const SyncMode sync = GENERATE(SyncMode::kAlways, SyncMode::kNone);
  const bool kills = GENERATE(false, true);
  CAPTURE(name, kills);
  TestStore store({.sync = sync});
  const TableRef table = TableOf(store, name);
  const TableRef other = Must(store->CreateTable("other", {}));
  const auto again = [&] {
    if (!kills) return store.Reopen();
    store.Kill();
    REQUIRE(store.TryOpen());
  };
  std::string others;
  for (int round = 0; round < 4; ++round) {
    const std::string key = "k" + std::to_string(round);
    others = round == 3 ? "" : others + key + "=2 ";
    REQUIRE(store->TruncateTable(name));  // Before the first record of a log,
    REQUIRE(store->Put(key, "gone", {.table = table}));
    REQUIRE(store->Put(key, "1", {.table = other}));
    REQUIRE(store->TruncateTable(name));  // after the last one,
    if (round % 2 == 0) REQUIRE(store->Flush());
    REQUIRE(store->TruncateTable(name));  // between a switch and the first record,
    REQUIRE(store->Put(key, "2", {.table = other}));
    REQUIRE(store->Put(key, "stays", {.table = table}));
    if (round == 3) REQUIRE(store->TruncateTable("other"));  // and last of all.
    again();
    again();  // A log that is kept, and no write in between.
    CHECK(Scan(*store, {.table = table}) == key + "=stays ");
    CHECK(Scan(*store, {.table = other}) == others);
  }
  REQUIRE(store->Put("end", "1", {.table = other}));
  again();
  CHECK(Scan(*store, {.table = other}) == "end=1 ");
}

TEST_CASE("what was written before a truncation, to whatever table, is as durable as it is",
          "[redis-protocol]") {
  TestStore store({.sync = SyncMode::kNone});
  const TableRef table = TableOf(store, "t");
  REQUIRE(store->Put("a", "1", {.table = table}));
  REQUIRE(store->Put("b", "2"));
  REQUIRE(store->TruncateTable("t"));
  REQUIRE(store->Put("c", "3"));
  Random random(1);
  store.PowerCut(CrashKind::kNothingUnsynced, random);
  REQUIRE(store.TryOpen());
  CHECK(Scan(*store) == "b=2 ");
  CHECK(Scan(*store, {.table = table}) == "");
}

TEST_CASE("a truncation that can't be is refused, and changes nothing", "[redis-protocol]") {
  TestStore store({.sync = SyncMode::kAlways});
  CHECK(CodeOf(store->TruncateTable("nobody")) == "not found");
  REQUIRE(store->CreateTable("replica", {.replicated = true}));
  CHECK(CodeOf(store->TruncateTable("replica")) == "invalid argument");
  REQUIRE(store->Put("k", "v"));
  REQUIRE(store->Flush());
  REQUIRE(store->Put("l", "w"));
  store.disk().SetCapacity(1);
  CHECK(CodeOf(store->TruncateTable("default")) == "no space");
  CHECK(Scan(*store) == "k=v l=w ");
  store.disk().SetCapacity(0);
  REQUIRE(store->Put("m", "x"));
  store.Kill();
  REQUIRE(store.TryOpen());
  CHECK(Scan(*store) == "k=v l=w m=x ");
  REQUIRE(store->TruncateTable("default"));
  REQUIRE(store->Close());
  store.options().read_only = true;
  REQUIRE(store.TryOpen());
  CHECK(CodeOf(store->TruncateTable("default")) == "read-only");
  CHECK(Scan(*store) == "");
}

TEST_CASE("a table can be truncated while a merge of it is about to conclude",
          "[redis-protocol][concurrency]") {
  const auto disk = NewMemoryFileSystem();
  testing::GatedFileSystem files{*disk};
  const auto executor = NewThreadExecutor(1, 2, RealClock());
  const Environment environment{.files = &files,
                                .clock = &RealClock(),
                                .executor = executor.get(),
                                .entropy = SeededEntropy(7)};
  auto db = Must(DB::Open({.environment = &environment}, "db"));
  for (const char* value : {"1", "2"}) {
    REQUIRE(db->Put("a", value));
    REQUIRE(db->Flush());
  }
  files.CloseGateOfDirectories();
  std::thread merge([&] { (void)db->CompactRange({}, {}).has_value(); });
  while (files.waiting() == 0) std::this_thread::yield();  // Its outputs are written.
  CHECK(CodeOf(db->TruncateTable("default")) == "ok");
  files.OpenGate();
  merge.join();
  CHECK(Scan(*db) == "");
  CHECK(CodeOf(db->Put("b", "1")) == "ok");
  CHECK(db->Stats().read_only_cause.empty());
  REQUIRE(db->Close());
  for (const std::string& name : Must(disk->List("db"))) CHECK_FALSE(name.ends_with(".sst"));
}

TEST_CASE("writers beside truncations are before or after them", "[redis-protocol][concurrency]") {
  const auto disk = NewMemoryFileSystem();
  const auto executor = NewThreadExecutor(2, 2, RealClock());
  const Environment environment{.files = disk.get(),
                                .clock = &RealClock(),
                                .executor = executor.get(),
                                .entropy = SeededEntropy(8)};
  auto db = Must(DB::Open({.environment = &environment, .memtable_bytes = 32 << 10}, "db"));
  constexpr int kWrites = 2'000;
  // Each writer counts up in one key. Readers see it go up, or away.
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 2; ++writer) {
    writers.emplace_back([&db, writer] {
      for (int i = 1; i <= kWrites; ++i) {
        const std::string digits = std::to_string(100'000 + i);
        if (!db->Put("w" + std::to_string(writer), digits)) std::abort();
      }
    });
  }
  for (int i = 0; i < 30; ++i) {
    REQUIRE(db->TruncateTable("default"));
    (void)Scan(*db);
    if (i % 7 == 0) REQUIRE(db->Flush());
    std::this_thread::yield();
  }
  for (std::thread& writer : writers) writer.join();
  REQUIRE(db->Put("w0", "last"));
  REQUIRE(db->TruncateTable("default"));
  CHECK(Scan(*db) == "");
  REQUIRE(db->Put("k", "v"));
  REQUIRE(db->Close());
  db.reset();
  db = Must(DB::Open({.environment = &environment}, "db"));
  CHECK(Scan(*db) == "k=v ");
  REQUIRE(db->VerifyAll());
}

TEST_CASE("random work with truncations agrees with as many maps", "[redis-protocol]") {
  for (const std::uint64_t seed : {1, 2, 3}) {
    TestStore store({.memtable_bytes = 16 << 10,
                     .table_bytes = 4 << 10,
                     .level1_bytes = 16 << 10,
                     .blob_threshold = 150,
                     .direct_value_bytes = 180},
                    seed);
    Random random(seed);
    std::map<std::string, std::map<std::string, std::string>> model = {
        {"default", {}}, {"a", {}}, {"b", {}}};
    std::map<std::string, TableRef> tables = {{"default", kDefaultTable}};
    for (const char* name : {"a", "b"}) tables[name] = Must(store->CreateTable(name, {}));
    const auto check = [&] {
      for (const auto& [name, keys] : model) {
        CAPTURE(seed, name);
        REQUIRE(Scan(*store, {.table = tables[name]}) == testing::Render(keys));
      }
    };
    for (int step = 0; step < 2'000; ++step) {
      const std::uint64_t draw = random.Uniform(400);
      if (draw < 8) {
        const auto at = std::next(model.begin(), static_cast<int>(random.Uniform(3)));
        REQUIRE(store->TruncateTable(at->first));
        at->second.clear();
      } else if (draw < 10) {
        store.Reopen();
      } else if (draw < 12) {
        store.Kill();
        REQUIRE(store.TryOpen());
      } else if (draw < 16) {
        REQUIRE(store->Flush());
      } else if (draw < 20) {
        check();
      }
      if (random.OneIn(3)) store.executor().RunOne();
      WriteBatch batch;
      for (auto& [name, keys] : model) {
        if (random.OneIn(3)) continue;
        const std::string key = "key" + std::to_string(random.Uniform(60));
        if (random.Uniform(4) == 0) {
          batch.Delete(key, {.table = tables[name]});
          keys.erase(key);
        } else {
          const std::string value = std::to_string(step) + random.Bytes(random.Uniform(200));
          batch.Put(key, value, {.table = tables[name]});
          keys[key] = value;
        }
      }
      REQUIRE(store->Write(batch));
    }
    REQUIRE(store->WaitForCompactions());
    REQUIRE(store->VerifyAll());
    check();
  }
}

}  // namespace
}  // namespace strata
