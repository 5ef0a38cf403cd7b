// Entries that expire, and the deadline by which what is gone has left the disk.

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "read/expiry_check.h"
#include "stats/counters.h"
#include "testing/results.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::Must;
using testing::Scan;
using testing::ScanBackwards;
using testing::TestStore;

constexpr std::uint64_t kSecond = 1'000'000;

TableRef Create(TestStore& store, const std::string& name, const TableOptions& options = {}) {
  const auto table = store->CreateTable(name, options);
  REQUIRE(table);
  return *table;
}

std::string Get(TestStore& store, const std::string& key, const ReadOptions& options = {}) {
  std::string value;
  const auto found = store->Get(key, &value, options);
  REQUIRE(found);
  return *found ? value : "(none)";
}

std::uint64_t Entries(TestStore& store) {
  std::uint64_t entries = 0;
  for (const TableInfo& table : store->ListTables()) entries += table.entries;
  return entries;
}

// Lets time pass, and everything happen that is due then.
void Pass(TestStore& store, std::uint64_t micros) {
  store.clock().Advance(micros);
  store.executor().RunAll();
  REQUIRE(store->WaitForCompactions());
}

TEST_CASE("an expired entry is invisible at once, to every kind of read", "[expiry][expiry.1]") {
  TestStore store;
  REQUIRE(store->Put("a", "stays"));
  REQUIRE(store->Put("b", "goes", {.ttl_us = 10 * kSecond}));
  REQUIRE(store->Put("c", "stays"));
  const auto snapshot = store->GetSnapshot();
  const auto check = [&] {
    CHECK(Get(store, "b") == "goes");
    CHECK(Scan(*store) == "a=stays b=goes c=stays ");
    CHECK(ScanBackwards(*store) == "c=stays b=goes a=stays ");
  };
  check();
  REQUIRE(store->Flush());
  check();
  store.clock().Advance(10 * kSecond - 1);
  check();
  store.clock().Advance(1);
  for (const ReadOptions& options : {ReadOptions{}, ReadOptions{.snapshot = snapshot}}) {
    CHECK(Get(store, "b", options) == "(none)");
    CHECK(Scan(*store, options) == "a=stays c=stays ");
    CHECK(ScanBackwards(*store, options) == "c=stays a=stays ");
    const std::vector<std::string_view> keys = {"a", "b", "c"};
    const auto results = store->MultiGet(keys, options);
    REQUIRE(results);
    CHECK(results->at(0).found);
    CHECK_FALSE(results->at(1).found);
    CHECK(results->at(2).found);
    CHECK_FALSE(store->GetEntry("b", options)->has_value());
  }
}

TEST_CASE("an expired entry hides older values of its key", "[expiry][expiry.1]") {
  TestStore store;
  REQUIRE(store->Put("k", "old"));
  REQUIRE(store->Flush());
  REQUIRE(store->Put("k", "new", {.ttl_us = kSecond}));
  store.clock().Advance(2 * kSecond);
  CHECK(Get(store, "k") == "(none)");
  REQUIRE(store->Flush());
  CHECK(Get(store, "k") == "(none)");
  REQUIRE(store->CompactRange(std::nullopt, std::nullopt));
  CHECK(Get(store, "k") == "(none)");
  CHECK(Entries(store) == 0);
  REQUIRE(store->Put("k", "back"));
  CHECK(Get(store, "k") == "back");
}

TEST_CASE("version and expiry of an entry read back, and survive a restart", "[expiry]") {
  TestStore store;
  const std::uint64_t now = store.clock().WallMicros();
  REQUIRE(store->Put("never", "v"));
  WriteBatch batch;
  batch.Put("then", "v", {.expires_at_us = now + 5 * kSecond});
  REQUIRE(store->Write(batch));
  const auto check = [&] {
    CHECK(Must(store->GetEntry("never")) == Entry{"v", 1, 0});
    CHECK(Must(store->GetEntry("then")) == Entry{"v", 2, now + 5 * kSecond});
  };
  check();
  store.Reopen();
  check();
  REQUIRE(store->Flush());
  check();
  REQUIRE(store->CompactRange(std::nullopt, std::nullopt));
  check();
}

TEST_CASE("a table's default TTL is for entries that say nothing", "[expiry]") {
  TestStore store;
  const TableRef sessions = Create(store, "sessions", {.ttl_us = 10 * kSecond});
  const std::uint64_t now = store.clock().WallMicros();
  WriteBatch batch;
  batch.Put("default", "v", {.table = sessions});
  batch.Put("own", "v", {sessions, now + 20 * kSecond});
  batch.Put("never", "v", {sessions, kNeverExpires});
  REQUIRE(store->Write(batch));
  REQUIRE(store->Put("longer", "v", {.table = sessions, .ttl_us = 30 * kSecond}));
  REQUIRE(store->Put("elsewhere", "v"));
  store.clock().Advance(10 * kSecond);
  CHECK(Scan(*store, {.table = sessions}) == "longer=v never=v own=v ");
  store.clock().Advance(10 * kSecond);
  CHECK(Scan(*store, {.table = sessions}) == "longer=v never=v ");
  store.clock().Advance(1000 * kSecond);
  CHECK(Scan(*store, {.table = sessions}) == "never=v ");
  CHECK(Scan(*store) == "elsewhere=v ");
}

TEST_CASE("to a condition an expired entry isn't there", "[expiry]") {
  TestStore store;
  REQUIRE(store->Put("lock", "mine", {.ttl_us = 10 * kSecond}));
  CHECK_FALSE(Must(store->PutIfAbsent("lock", "yours", {.ttl_us = 10 * kSecond})).written());
  store.clock().Advance(10 * kSecond);
  CHECK_FALSE(Must(store->UpdateIfExists("lock", "mine")).written());
  CHECK(Must(store->PutIfAbsent("lock", "yours", {.ttl_us = 10 * kSecond})).written());
  CHECK(Get(store, "lock") == "yours");
}

TEST_CASE("an iterator judges by the clock of the moment it was made", "[expiry]") {
  TestStore store;
  REQUIRE(store->Put("a", "v", {.ttl_us = kSecond}));
  REQUIRE(store->Put("b", "v"));
  const auto iterator = store->NewIterator({});
  REQUIRE(iterator);
  store.clock().Advance(2 * kSecond);
  REQUIRE((*iterator)->SeekToFirst());
  CHECK((*iterator)->key() == "a");
  CHECK(Scan(*store) == "b=v ");
}

TEST_CASE("a table that has expired as a whole is dropped without a read", "[expiry][expiry.2]") {
  TestStore store;
  const TableRef events = Create(store, "events", {.ttl_us = 60 * kSecond});
  for (int i = 0; i < 500; ++i) {
    REQUIRE(
        store->Put("event" + std::to_string(1000 + i), std::string(100, 'e'), {.table = events}));
  }
  REQUIRE(store->Flush());
  REQUIRE(store->WaitForCompactions());
  const std::uint64_t bytes = store->ListTables().at(1).bytes;
  CHECK(bytes > 0);
  const std::uint64_t read = store->counters().Get(Counter::kBlocksRead);
  store.clock().Advance(60 * kSecond);
  store.executor().RunAll();  // Nobody writes or asks: the timer does it.
  CHECK(store->ListTables().at(1).bytes == 0);
  CHECK(store->counters().Get(Counter::kBytesExpiredUnread) == bytes);
  CHECK(store->counters().Get(Counter::kBlocksRead) == read);
  CHECK(store->counters().Get(Counter::kCompactionBytesRead) == 0);
}

TEST_CASE("an expired table over older data stays until a merge has hidden that",
          "[expiry][expiry.2]") {
  TestStore store;
  REQUIRE(store->Put("k", "old"));
  REQUIRE(store->Flush());
  REQUIRE(store->Put("k", "new", {.ttl_us = kSecond}));
  REQUIRE(store->Flush());
  Pass(store, 2 * kSecond);
  CHECK(Get(store, "k") == "(none)");
  CHECK(store->counters().Get(Counter::kTablesExpiredUnread) == 0);
}

TEST_CASE("what was deleted has left the disk before the deadline, though nobody writes",
          "[expiry]") {
  TestStore store;
  const TableRef personal = Create(store, "personal", {.delete_deadline_us = 3600 * kSecond});
  const std::string secret = "to be forgotten";
  for (int i = 0; i < 50; ++i) {
    REQUIRE(store->Put("key" + std::to_string(i), secret, {.table = personal}));
  }
  REQUIRE(store->Flush());
  REQUIRE(store->CompactTable(personal, std::nullopt, std::nullopt));
  for (int i = 0; i < 50; i += 2) {
    REQUIRE(store->Delete("key" + std::to_string(i), {.table = personal}));
  }
  Pass(store, 3600 * kSecond);
  const TableInfo info = store->ListTables().at(1);
  CHECK(info.memtable_entries == 0);
  CHECK(info.entries == 25);
  CHECK(info.deletes == 0);
}

TEST_CASE("what has expired has left the disk before the deadline", "[expiry]") {
  TestStore store;
  const TableRef mixed = Create(store, "mixed", {.delete_deadline_us = 3600 * kSecond});
  for (int i = 0; i < 50; ++i) {
    REQUIRE(store->Put("key" + std::to_string(i), "v",
                       {.table = mixed, .ttl_us = i % 2 == 0 ? kSecond : 0}));
  }
  Pass(store, 3600 * kSecond + kSecond);
  CHECK(store->ListTables().at(1).entries == 25);
  CHECK(store->ListTables().at(1).expiring == 0);
}

TEST_CASE("a snapshot holds deletes back, and the deadline is kept once it is let go", "[expiry]") {
  TestStore store;
  const TableRef table = Create(store, "t", {.delete_deadline_us = 100 * kSecond});
  REQUIRE(store->Put("k", "v", {.table = table}));
  REQUIRE(store->Flush());
  auto snapshot = store->GetSnapshot();
  REQUIRE(store->Delete("k", {.table = table}));
  REQUIRE(store->Flush());
  for (int i = 0; i < 5; ++i) {
    store.clock().Advance(50 * kSecond);
    while (store.executor().RunOne()) {
    }
  }
  CHECK(Get(store, "k", {.snapshot = snapshot, .table = table}) == "v");
  CHECK(Get(store, "k", {.table = table}) == "(none)");
  snapshot.reset();
  Pass(store, 50 * kSecond);
  CHECK(store->ListTables().at(1).entries == 0);
}

TEST_CASE("the default table's TTL comes with the options, and yields to what a write says",
          "[expiry]") {
  Options options;
  options.ttl_us = 10 * kSecond;
  TestStore store(options);
  const TableRef other = Create(store, "other");
  REQUIRE(store->Put("by default", "v"));
  REQUIRE(store->Put("longer", "v", {.ttl_us = 60 * kSecond}));
  REQUIRE(store->Put("in other", "v", {.table = other}));
  WriteBatch batch;
  batch.Put("never", "v", {.expires_at_us = kNeverExpires});
  batch.Put("batched", "v");
  REQUIRE(store->Write(batch));
  CHECK((*store->GetEntry("by default"))->expires_at_us ==
        store.clock().WallMicros() + 10 * kSecond);
  CHECK(store->ListTables()[0].options.ttl_us == 10 * kSecond);
  store.clock().Advance(11 * kSecond);
  CHECK(Scan(*store) == "longer=v never=v ");
  CHECK(Get(store, "in other", {.table = other}) == "v");
  store.options().ttl_us = 0;
  store.Reopen();
  REQUIRE(store->Put("kept", "v"));
  store.clock().Advance(100 * kSecond);
  CHECK(Scan(*store) == "kept=v never=v ");
}

TEST_CASE("the default table's deletes leave the disk within the deadline of the options",
          "[expiry]") {
  Options options;
  options.delete_deadline_us = 100 * kSecond;
  TestStore store(options);
  REQUIRE(store->Put("k", "secret"));
  REQUIRE(store->Put("other", "v"));
  REQUIRE(store->Flush());
  REQUIRE(store->Delete("k"));
  Pass(store, 100 * kSecond);
  CHECK(store->Stats().memtable_entries == 0);
  CHECK(Entries(store) == 1);
}

TEST_CASE("a value that its expiry would make longer than a value may be is refused",
          "[value-separation]") {
  CHECK(testing::Outcome(CheckExpiringSize(kValueSizeMax - 8)) == "ok");
  const std::string refused =
      "invalid argument: a value of 4294967288 bytes is longer than the 4294967287 that are "
      "allowed where something expires; nothing was written";
  CHECK(testing::Outcome(CheckExpiringSize(kValueSizeMax - 7)) == refused);
  TestStore store;
  // Nothing looks at the bytes: the length is enough to refuse it.
  const std::string_view too_long(store.kDirectory, kValueSizeMax - 7);
  for (const std::uint64_t expiry : {std::uint64_t{1}, kNeverExpires}) {
    WriteBatch batch;
    batch.Put("a", "1");
    batch.Put("b", too_long, {.expires_at_us = expiry});
    CHECK(testing::Outcome(store->Write(batch)) == refused);
    CHECK(testing::CodeOf(store->WriteIf(batch)) == "invalid argument");
  }
  CHECK(Scan(*store).empty());
}

}  // namespace
}  // namespace strata
