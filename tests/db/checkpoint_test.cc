// Copies of a store that are made while it is open.

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <thread>

#include "base/random.h"
#include "io/faulty_file_system.h"
#include "strata/table.h"
#include "testing/results.h"
#include "testing/temp_dir.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::Outcome;
using testing::Scan;
using testing::TestStore;

std::unique_ptr<DB> OpenCopy(TestStore& store, const std::string& directory) {
  return Must(DB::Open(store.options(), directory));
}

void Fill(DB& db, int from, int to) {
  for (int i = from; i < to; ++i) {
    const std::string value = Random(static_cast<std::uint64_t>(i)).Bytes(i % 10 == 0 ? 3000 : 50);
    REQUIRE(db.Put("key" + std::to_string(1000 + i), value));
  }
}

TEST_CASE("a checkpoint is a store of its own with all that was there", "[learned-index]") {
  TestStore store({.memtable_bytes = 16 << 10, .blob_threshold = 1 << 10});
  const TableRef table = Must(store->CreateTable("t", {}));
  Fill(*store, 0, 300);
  REQUIRE(store->Put("a", "in the table", {.table = table}));
  const std::string all = Scan(*store);
  const CheckpointInfo info = Must(store->Checkpoint("copy"));
  CHECK(info.files > 2);
  CHECK(info.bytes > 90'000);
  REQUIRE(store->Put("later", "1"));
  REQUIRE(store->CompactRange({}, {}));
  const std::string after = Scan(*store);

  auto copy = OpenCopy(store, "copy");
  CHECK(Scan(*copy) == all);
  CHECK(Scan(*copy, {.table = Must(copy->FindTable("t"))}) == "a=in the table ");
  REQUIRE(copy->VerifyAll());
  REQUIRE(copy->Put("own", "1"));
  REQUIRE(copy->CompactRange({}, {}));
  REQUIRE(copy->Close());
  CHECK(Scan(*store) == after);
  REQUIRE(store->VerifyAll());
}

TEST_CASE("a checkpoint of an empty store is an empty store", "[learned-index]") {
  TestStore store;
  CHECK(Must(store->Checkpoint("copy")).files == 0);
  CHECK(Scan(*OpenCopy(store, "copy")).empty());
}

TEST_CASE("a checkpoint survives a power cut", "[learned-index]") {
  TestStore store({.memtable_bytes = 16 << 10, .blob_threshold = 1 << 10});
  Fill(*store, 0, 300);
  const std::string all = Scan(*store);
  REQUIRE(store->Checkpoint("copy"));
  Random random(1);
  store.PowerCut(CrashKind::kNothingUnsynced, random);
  REQUIRE(store.TryOpen());
  CHECK(Scan(*OpenCopy(store, "copy")) == all);
}

TEST_CASE("a checkpoint goes only where nothing is", "[learned-index]") {
  TestStore store;
  store.disk().SetContents("mine/notes.txt", "x");
  const auto refused = store->Checkpoint("mine");
  CHECK(CodeOf(refused) == "invalid argument");
  CHECK(Outcome(refused).find("notes.txt is in it") != std::string::npos);
  CHECK(Must(store.disk().List("mine")) == std::vector<std::string>{"notes.txt"});
  CHECK_FALSE(store->Checkpoint(TestStore::kDirectory));  // Itself.
  REQUIRE(store->Checkpoint("copy"));
  CHECK_FALSE(store->Checkpoint("copy"));
}

TEST_CASE("a checkpoint that fails leaves nothing, and the store goes on", "[learned-index]") {
  TestStore store({.blob_threshold = 1 << 10});
  Fill(*store, 0, 100);
  REQUIRE(store->Flush());
  store.disk().SetCapacity(1);
  CHECK(CodeOf(store->Checkpoint("copy")) == "no space");
  CHECK_FALSE(Must(store.disk().Exists("copy")));
  store.disk().SetCapacity(0);
  CHECK(store->Checkpoint("copy"));
}

// Promise 2: what a copy holds is a prefix of what was written, whole batches of it.
TEST_CASE("a checkpoint beside writers is one instant", "[learned-index][concurrency]") {
  const testing::TempDir dir;
  auto db = Must(DB::Open({.sync = SyncMode::kNone, .memtable_bytes = 32 << 10}, dir.File("db")));
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      WriteBatch batch;
      batch.Put("left", std::to_string(i));
      batch.Put("n" + std::to_string(100'000 + i), std::string(50, 'v'));
      batch.Put("right", std::to_string(i));
      if (!db->Write(batch)) return;
    }
  });
  for (int round = 0; round < 8; ++round) {
    const std::string target = dir.File("copy" + std::to_string(round));
    const CheckpointInfo info = Must(db->Checkpoint(target));
    CHECK(info.linked_bytes == info.bytes);
    auto copy = Must(DB::Open({}, target));
    std::string left;
    std::string right;
    CHECK(Must(copy->Get("left", &left)) == Must(copy->Get("right", &right)));
    CHECK(left == right);
    int entries = 0;
    auto all = Must(copy->NewIterator({.prefix = "n"}));
    for (Status moved = all->SeekToFirst(); moved && all->Valid(); moved = all->Next()) ++entries;
    CHECK(entries == (left.empty() ? 0 : std::stoi(left) + 1));
  }
  stop = true;
  writer.join();
}

}  // namespace
}  // namespace strata
