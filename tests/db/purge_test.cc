// Deletes that are in the way go away by themselves: what reads pass over, and what keeps large
// values from being collected.

#include <catch2/catch.hpp>

#include <string>

#include "strata/snapshot.h"
#include "strata/table.h"
#include "testing/results.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::Must;
using testing::TestStore;

std::string KeyOf(int i) {
  return "job" + std::to_string(1'000'000 + i);
}

void Settle(TestStore& store) {
  while (store.executor().RunOne()) {
  }
}

std::uint64_t DeletesInTables(TestStore& store) {
  std::uint64_t deletes = 0;
  for (const TableInfo& table : store->ListTables()) deletes += table.deletes;
  return deletes;
}

std::uint64_t EntriesIn(TestStore& store) {
  std::uint64_t entries = 0;
  for (const TableInfo& table : store->ListTables()) {
    entries += table.entries + table.memtable_entries;
  }
  return entries;
}

// Takes `count` jobs from the front of a queue, each found by a seek.
void TakeJobs(TestStore& store, TableRef table, int count) {
  for (int i = 0; i < count; ++i) {
    auto jobs = Must(store->NewIterator({.table = table}));
    REQUIRE(jobs->SeekToFirst());
    REQUIRE(jobs->Valid());
    const std::string key(jobs->key());
    REQUIRE(store->Delete(key, {.sync = false, .table = table}));
    if (i % 16 == 0) Settle(store);
  }
}

TEST_CASE("a queue in memory doesn't get slower with what was taken from it", "[learned-index]") {
  const MemtableKind kind = GENERATE(MemtableKind::kSkipList, MemtableKind::kPrefixTree);
  TestStore store({.sync = SyncMode::kNone, .memtable = kind});
  for (int i = 0; i < 6000; ++i) REQUIRE(store->Put(KeyOf(i), "work"));
  TakeJobs(store, kDefaultTable, 5000);
  // At any time so many deletes at most, with what they delete, are in a seek's way.
  CHECK(EntriesIn(store) < 1000 + 2 * 1100);
}

TEST_CASE("a queue whose jobs are in tables doesn't get slower either", "[learned-index]") {
  TestStore store({.sync = SyncMode::kNone});
  const TableRef table = Must(store->CreateTable("queue", {}));
  for (int i = 0; i < 6000; ++i) REQUIRE(store->Put(KeyOf(i), "work", {.table = table}));
  REQUIRE(store->Flush());
  REQUIRE(store->CompactTable(table, {}, {}));
  TakeJobs(store, table, 5000);
  Settle(store);
  CHECK(DeletesInTables(store) + EntriesIn(store) < 1000 + 2 * 1100);
}

TEST_CASE("a purge loses nothing, and leaves what a snapshot sees", "[learned-index]") {
  TestStore store({.sync = SyncMode::kNone});
  for (int i = 0; i < 3000; ++i) REQUIRE(store->Put(KeyOf(i), "old"));
  REQUIRE(store->Flush());
  const auto snapshot = store->GetSnapshot();
  for (int i = 0; i < 2500; ++i) REQUIRE(store->Delete(KeyOf(i)));
  for (int round = 0; round < 3; ++round) {
    auto all = Must(store->NewIterator({}));
    REQUIRE(all->SeekToFirst());
    CHECK(all->key() == KeyOf(2500));
    auto then = Must(store->NewIterator({.snapshot = snapshot}));
    REQUIRE(then->SeekToFirst());
    CHECK(then->key() == KeyOf(0));
    Settle(store);
  }
  CHECK(store->Stats().memtable_entries == 0);
  int left = 0;
  auto all = Must(store->NewIterator({}));
  for (Status moved = all->SeekToFirst(); moved && all->Valid(); moved = all->Next()) ++left;
  CHECK(left == 500);
}

TEST_CASE("the space of large values that were deleted comes back at rest", "[learned-index]") {
  TestStore store({.blob_threshold = 1 << 10});
  const bool named = GENERATE(false, true);
  const TableRef table = named ? Must(store->CreateTable("photos", {})) : kDefaultTable;
  for (int i = 0; i < 40; ++i) {
    REQUIRE(store->Put(KeyOf(i), std::string(10'000, static_cast<char>('a' + i % 26)),
                       {.table = table}));
  }
  REQUIRE(store->Flush());
  REQUIRE(store->Stats().blob_files > 0);
  for (int i = 0; i < 40; ++i) REQUIRE(store->Delete(KeyOf(i), {.table = table}));
  for (int second = 0; second < 10; ++second) {
    store.clock().Advance(1'000'000);
    Settle(store);
  }
  CHECK(store->Stats().blob_files == 0);
  CHECK(EntriesIn(store) == 0);
}

}  // namespace
}  // namespace strata
