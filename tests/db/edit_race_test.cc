// While an edit of the manifest is on its way to the disk, nobody else waits for it.

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <thread>

#include "io/environment.h"
#include "io/memory_file_system.h"
#include "strata/db.h"
#include "testing/gated_file_system.h"
#include "testing/results.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::Must;

// A store whose manifest's syncs wait at a gate.
struct GatedStore {
  explicit GatedStore(Options options) {
    files.GateOnly("MANIFEST");
    options.environment = &environment;
    db = Must(DB::Open(options, "db"));
  }

  void AwaitSyncAtGate() {
    while (files.waiting() == 0) std::this_thread::yield();
  }

  std::unique_ptr<MemoryFileSystem> disk = NewMemoryFileSystem();
  testing::GatedFileSystem files{*disk};
  std::unique_ptr<Executor> executor = NewThreadExecutor(1, 2, RealClock());
  Environment environment{.files = &files,
                          .clock = &RealClock(),
                          .executor = executor.get(),
                          .entropy = SeededEntropy(7)};
  std::unique_ptr<DB> db;
};

std::string KeyOf(int i) {
  return "key" + std::to_string(1000 + i);
}

// With the mutex held during the sync, this test would not end.
TEST_CASE("puts, gets and switches of memtables go on while an edit is synced",
          "[background-work][concurrency]") {
  const SyncMode sync = GENERATE(SyncMode::kNone, SyncMode::kAlways);
  GatedStore store({.sync = sync, .memtable_bytes = 16 << 10, .memtables_max = 8});
  REQUIRE(store.db->Put("a", "1"));
  store.files.CloseGate();
  std::thread flush([&] { (void)store.db->Flush().has_value(); });
  store.AwaitSyncAtGate();
  std::string value;
  for (int i = 0; i < 300; ++i) REQUIRE(store.db->Put(KeyOf(i), std::string(200, 'v')));
  CHECK(Must(store.db->Get("a", &value)));
  CHECK(Must(store.db->Get(KeyOf(299), &value)));
  CHECK(store.db->Stats().immutable_memtables > 2);
  auto all = Must(store.db->NewIterator({}));
  CHECK(all->SeekToFirst());
  CHECK(store.files.waiting() == 1);
  store.files.OpenGate();
  flush.join();
  REQUIRE(store.db->Flush());
  CHECK(store.db->Stats().immutable_memtables == 0);
}

TEST_CASE("logs that were begun while an edit was synced are known to the manifest",
          "[background-work][concurrency]") {
  GatedStore store({.sync = SyncMode::kNone, .memtable_bytes = 16 << 10, .memtables_max = 8});
  REQUIRE(store.db->Put("a", "1"));
  store.files.CloseGate();
  std::thread flush([&] { (void)store.db->Flush().has_value(); });
  store.AwaitSyncAtGate();
  for (int i = 0; i < 150; ++i) REQUIRE(store.db->Put(KeyOf(i), std::string(200, 'v')));
  store.files.OpenGate();
  flush.join();
  REQUIRE(store.db->WaitForCompactions());
  const auto disk = store.disk->Clone();  // The process dies.
  std::string last;
  for (const std::string& name : Must(disk->List("db"))) {
    if (name.ends_with(".wal")) last = name;
  }
  REQUIRE(disk->Remove(JoinPath("db", last)));
  Environment environment = store.environment;
  environment.files = disk.get();
  CHECK(testing::CodeOf(DB::Open({.environment = &environment}, "db")) == "corruption");
}

TEST_CASE("edits that come at the same time are made one after the other",
          "[tables][concurrency]") {
  GatedStore store({.sync = SyncMode::kNone, .memtable_bytes = 16 << 10});
  REQUIRE(store.db->CreateTable("old", {}));
  REQUIRE(store.db->Put("a", "1"));
  store.files.CloseGate();
  std::thread flush([&] { (void)store.db->Flush().has_value(); });
  store.AwaitSyncAtGate();
  std::thread create([&] { (void)store.db->CreateTable("new", {}).has_value(); });
  std::thread drop([&] { (void)store.db->DropTable("old").has_value(); });
  std::string value;
  CHECK(Must(store.db->Get("a", &value)));
  store.files.OpenGate();
  flush.join();
  create.join();
  drop.join();
  CHECK(store.db->FindTable("new"));
  CHECK_FALSE(store.db->FindTable("old"));
  CHECK(store.db->Put("b", "1"));
  CHECK(store.db->Stats().read_only_cause.empty());
}

}  // namespace
}  // namespace strata
