// Snapshots: reads that stay where they are while the store moves on, what that costs, and how the
// space comes back.

#include "read/snapshots.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/mutant.h"
#include "base/random.h"
#include "compaction/held_versions.h"
#include "stats/counters.h"
#include "strata/snapshot.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::Scan;
using testing::ScanBackwards;
using testing::TestStore;
using SnapshotPtr = std::shared_ptr<const Snapshot>;

constexpr int kKeys = 50;

std::string KeyOf(int i) {
  return "key" + std::to_string(100 + i);
}

// Writes all keys, each with a value of 100 bytes that begins with `name`.
void FillRound(TestStore& store, const std::string& name) {
  for (int i = 0; i < kKeys; ++i) {
    REQUIRE(store->Put(KeyOf(i), name + std::string(100, '.')));
  }
}

std::uint64_t EntriesInTables(TestStore& store) {
  std::uint64_t entries = 0;
  for (const LevelShape& level : store->Stats().levels) entries += level.entries;
  return entries;
}

std::string GetAt(TestStore& store, const std::string& key, const SnapshotPtr& snapshot) {
  std::string value;
  const auto found = store->Get(key, &value, {.snapshot = snapshot});
  REQUIRE(found);
  return *found ? value : "(none)";
}

TEST_CASE("a snapshot sees the store as it was, by get, multi-get and scan",
          "[snapshots][snapshots.2]") {
  TestStore store;
  REQUIRE(store->Put("a", "1"));
  REQUIRE(store->Put("b", "1"));
  const SnapshotPtr before = store->GetSnapshot();
  CHECK(before->sequence() == 2);
  REQUIRE(store->Put("a", "2"));
  REQUIRE(store->Delete("b"));
  REQUIRE(store->Put("c", "2"));

  CHECK(GetAt(store, "a", before) == "1");
  CHECK(GetAt(store, "b", before) == "1");
  CHECK(GetAt(store, "c", before) == "(none)");
  CHECK(Scan(*store, {.snapshot = before}) == "a=1 b=1 ");
  CHECK(ScanBackwards(*store, {.snapshot = before}) == "b=1 a=1 ");
  const std::vector<std::string_view> keys = {"a", "b", "c"};
  const auto many = store->MultiGet(keys, {.snapshot = before});
  REQUIRE(many);
  CHECK((*many)[0].value == "1");
  CHECK((*many)[1].value == "1");
  CHECK_FALSE((*many)[2].found);
  CHECK(Scan(*store) == "a=2 c=2 ");
}

TEST_CASE("a snapshot outlives flushes and merges of what came after it", "[snapshots]") {
  TestStore store;
  FillRound(store, "old");
  const SnapshotPtr before = store->GetSnapshot();
  const std::string seen = Scan(*store);
  for (const char* name : {"new", "newer"}) {
    FillRound(store, name);
    REQUIRE(store->Flush());
  }
  for (int i = 0; i < kKeys; i += 2) REQUIRE(store->Delete(KeyOf(i)));
  REQUIRE(store->CompactRange({}, {}));
  CHECK(Scan(*store, {.snapshot = before}) == seen);
  CHECK(GetAt(store, KeyOf(7), before).substr(0, 3) == "old");
}

TEST_CASE("an iterator at a snapshot goes on after the snapshot is gone", "[snapshots]") {
  TestStore store;
  FillRound(store, "old");
  SnapshotPtr before = store->GetSnapshot();
  FillRound(store, "new");
  auto iterator = store->NewIterator({.snapshot = before});
  REQUIRE(iterator);
  before.reset();
  REQUIRE(store->CompactRange({}, {}));
  REQUIRE((*iterator)->SeekToFirst());
  for (int i = 0; i < kKeys; ++i) {
    REQUIRE((*iterator)->Valid());
    CHECK((*iterator)->value().substr(0, 3) == "old");
    REQUIRE((*iterator)->Next());
  }
}

TEST_CASE("what snapshots hold back is counted to the entry", "[snapshots][snapshots.3]") {
  TestStore store;
  FillRound(store, "old");
  SnapshotPtr first = store->GetSnapshot();
  FillRound(store, "mid");
  SnapshotPtr second = store->GetSnapshot();
  SnapshotPtr again = store->GetSnapshot();
  FillRound(store, "new");
  StoreStats stats = store->Stats();
  CHECK(stats.snapshots == 3);
  CHECK(stats.oldest_snapshot_sequence == kKeys);
  CHECK(stats.versions_held == 0);  // All is in the memtable.

  REQUIRE(store->CompactRange({}, {}));
  stats = store->Stats();
  CHECK(EntriesInTables(store) == 3 * kKeys);
  CHECK(stats.versions_held == 2 * kKeys);
  CHECK(stats.versions_held_bytes == 2 * kKeys * (6 + 103));
  CHECK(stats.versions_released == 0);

  second.reset();  // `again` stands at the same place.
  CHECK(store->Stats().versions_held == 2 * kKeys);
  again.reset();
  stats = store->Stats();
  CHECK(stats.versions_held == kKeys);
  CHECK(stats.versions_released == kKeys);
  first.reset();
  CHECK(store->Stats().snapshots == 0);
  CHECK(store->Stats().oldest_snapshot_sequence == 0);
  CHECK(store->Stats().versions_held == 0);
}

TEST_CASE("space comes back once the snapshot that held it is released",
          "[snapshots][snapshots.4]") {
  TestStore store;
  FillRound(store, "old");
  SnapshotPtr before = store->GetSnapshot();
  FillRound(store, "new");
  REQUIRE(store->CompactRange({}, {}));
  REQUIRE(EntriesInTables(store) == 2 * kKeys);
  before.reset();
  store.executor().RunAll();  // Nobody asks for anything.
  CHECK(EntriesInTables(store) == kKeys);
  CHECK(store->Stats().versions_released == 0);
  CHECK(GetAt(store, KeyOf(3), nullptr).substr(0, 3) == "new");
}

TEST_CASE("what a snapshot held goes after a restart as well", "[snapshots]") {
  TestStore store;
  FillRound(store, "old");
  SnapshotPtr before = store->GetSnapshot();
  FillRound(store, "new");
  REQUIRE(store->CompactRange({}, {}));
  store.Reopen();
  before.reset();  // It outlived its store; nothing happens.
  CHECK(store->Stats().snapshots == 0);
  REQUIRE(store->WaitForCompactions());
  CHECK(EntriesInTables(store) == kKeys);
}

TEST_CASE("little that is released waits for a merge, or for whoever asks",
          "[snapshots][snapshots.4]") {
  TestStore store;
  FillRound(store, "old");
  SnapshotPtr before = store->GetSnapshot();
  REQUIRE(store->Put(KeyOf(0), "new"));
  REQUIRE(store->CompactRange({}, {}));
  before.reset();
  store.executor().RunAll();
  CHECK(store->Stats().versions_released == 1);  // Not worth writing the table anew.
  REQUIRE(store->CompactRange({}, {}));
  CHECK(store->Stats().versions_released == 0);
  CHECK(EntriesInTables(store) == kKeys);
}

TEST_CASE("a tombstone at the bottom that only a snapshot keeps goes with it", "[snapshots]") {
  TestStore store;
  FillRound(store, "old");
  REQUIRE(store->CompactRange({}, {}));
  SnapshotPtr before = store->GetSnapshot();
  for (int i = 0; i < kKeys; ++i) REQUIRE(store->Delete(KeyOf(i)));
  REQUIRE(store->CompactRange({}, {}));
  CHECK(store->Stats().versions_held == 2 * kKeys);
  before.reset();
  REQUIRE(store->WaitForCompactions());
  CHECK(EntriesInTables(store) == 0);
}

TEST_CASE("a flush writes no version that a newer one hides from everybody", "[snapshots]") {
  TestStore store;
  for (int round = 0; round < 5; ++round) FillRound(store, "round" + std::to_string(round));
  SnapshotPtr before = store->GetSnapshot();
  FillRound(store, "last");
  REQUIRE(store->Flush());
  CHECK(EntriesInTables(store) == 2 * kKeys);
  CHECK(store->Stats().versions_held == kKeys);
  CHECK(GetAt(store, KeyOf(9), before).substr(0, 6) == "round4");
}

TEST_CASE("a merge that began before a snapshot keeps what the snapshot sees", "[snapshots]") {
  TestStore store({.level0_runs = 2});
  FillRound(store, "old");
  REQUIRE(store->Flush());
  FillRound(store, "mid");
  REQUIRE(store->Flush());  // The merge of the two runs is queued, with its list of snapshots.
  REQUIRE(store->counters().Get(Counter::kCompactions) == 0);
  const SnapshotPtr meanwhile = store->GetSnapshot();
  const std::string seen = Scan(*store);
  FillRound(store, "new");
  store.executor().RunAll();
  REQUIRE(store->Flush());
  REQUIRE(store->CompactRange({}, {}));
  CHECK(Scan(*store, {.snapshot = meanwhile}) == seen);
  CHECK(GetAt(store, KeyOf(0), meanwhile).substr(0, 3) == "mid");
}

#if defined(STRATA_MUTANTS)
TEST_CASE("a list of snapshots pins what is visible when each is taken",
          "[snapshots][snapshots.1]") {
  std::vector<SequenceNumber> released;
  const auto list = std::make_shared<SnapshotList>(
      [&](SequenceNumber sequence) { released.push_back(sequence); });
  list->SetHeldUpTo(9);  // Tables hold versions for all of them.
  std::atomic<SequenceNumber> visible = 7;
  auto first = list->Take(visible);
  visible = 9;
  auto second = list->Take(visible);
  auto same = list->Take(visible);
  CHECK(first->sequence() == 7);
  CHECK(second->sequence() == 9);
  CHECK(list->Sequences() == std::vector<SequenceNumber>{7, 9});
  CHECK(list->size() == 3);
  CHECK(list->Owns(*first));
  second.reset();
  CHECK(list->Sequences() == std::vector<SequenceNumber>{7, 9});
  same.reset();
  first.reset();
  CHECK(list->Sequences().empty());
  CHECK(released == std::vector<SequenceNumber>{9, 7});
  list->SetHeldUpTo(8);
  list->Take(visible).reset();
  CHECK(released.size() == 2);  // Nothing is held for it.
}

TEST_CASE("nothing comes between reading the sequence and pinning it", "[snapshots]") {
  // Before the list is locked, each time, another thread writes, flushes and merges.
  TestStore store;
  FillRound(store, "old");
  int rounds = 0;
  const std::function<void()> meanwhile = [&] {
    FillRound(store, "new" + std::to_string(++rounds));
    REQUIRE(store->Flush());
    REQUIRE(store->CompactRange({}, {}));
    mutant::SetPause("locking_snapshots", meanwhile);
  };
  mutant::SetPause("locking_snapshots", meanwhile);
  const SnapshotPtr snapshot = store->GetSnapshot();
  mutant::SetPause("", nullptr);
  CHECK(rounds > 0);
  CHECK(GetAt(store, KeyOf(0), snapshot).substr(0, 3) == "new");
}
#endif

TEST_CASE("a snapshot of another store is refused", "[snapshots]") {
  TestStore one;
  TestStore other;
  REQUIRE(one->Put("a", "1"));
  const SnapshotPtr foreign = other->GetSnapshot();
  std::string value;
  const auto got = one->Get("a", &value, {.snapshot = foreign});
  REQUIRE_FALSE(got);
  CHECK(got.error().code() == ErrorCode::kInvalidArgument);
  CHECK_FALSE(one->NewIterator({.snapshot = foreign}));
}

TEST_CASE("many snapshots at once each see their moment, under any policy", "[snapshots]") {
  const auto style =
      GENERATE(CompactionStyle::kLeveled, CompactionStyle::kTiered, CompactionStyle::kUnified);
  TestStore store({.memtable_bytes = 8 << 10, .compaction = style, .table_bytes = 8 << 10});
  Random random(7);
  std::map<std::string, std::string> model;
  std::map<SnapshotPtr, std::string> pinned;
  for (int step = 0; step < 4'000; ++step) {
    const std::string key = KeyOf(static_cast<int>(random.Uniform(kKeys)));
    if (random.Uniform(5) == 0) {
      REQUIRE(store->Delete(key));
      model.erase(key);
    } else {
      model[key] = std::to_string(step);
      REQUIRE(store->Put(key, model[key]));
    }
    if (step % 200 == 0) pinned[store->GetSnapshot()] = testing::Render(model);
    if (step % 700 == 0) pinned.erase(pinned.begin());
  }
  REQUIRE(store->WaitForCompactions());
  for (const auto& [snapshot, expected] : pinned) {
    CHECK(Scan(*store, {.snapshot = snapshot}) == expected);
  }
  pinned.clear();
  REQUIRE(store->CompactRange({}, {}));
  CHECK(Scan(*store) == testing::Render(model));
  CHECK(EntriesInTables(store) == model.size());
}

TEST_CASE("ranges that say who holds a version grow together past a bound", "[snapshots]") {
  std::vector<HeldVersions> held;
  for (SequenceNumber s = 1; s <= 100; ++s) compaction::CountHeld({s, s}, 10, &held);
  CHECK(held.size() == 64);
  TableMeta meta;
  meta.held = held;
  CHECK(compaction::TotalsOf(meta, {100}).held_entries == 37);  // 64 to 100 go together.
  CHECK(compaction::TotalsOf(meta, {100}).released_entries == 63);
  CHECK(compaction::TotalsOf(meta, {}).released_bytes == 1'000);
}

}  // namespace
}  // namespace strata
