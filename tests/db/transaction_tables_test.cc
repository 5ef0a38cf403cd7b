// Transactions over several tables, told step by step: what they see, what they refuse, and that
// the same key in two tables is two keys.

#include <catch2/catch.hpp>

#include <memory>
#include <string>

#include "strata/table.h"
#include "strata/transaction.h"
#include "testing/results.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::Must;
using testing::Scan;
using testing::TestStore;
using Txn = std::unique_ptr<Transaction>;

constexpr std::uint64_t kSecond = 1'000'000;

Txn Begin(TestStore& store, Isolation isolation = Isolation::kSerializable,
          Concurrency concurrency = Concurrency::kOptimistic) {
  return Must(
      store->Begin({.concurrency = concurrency, .isolation = isolation, .lock_timeout_ms = 0}));
}

std::string Get(const Txn& txn, std::string_view key, TableRef table) {
  std::string value;
  return Must(txn->Get(key, &value, {.table = table})) ? value : "(none)";
}

std::string Get(TestStore& store, std::string_view key, TableRef table) {
  std::string value;
  return Must(store->Get(key, &value, {.table = table})) ? value : "(none)";
}

std::string ScanOf(const Txn& txn, TableRef table) {
  ReadOptions options;
  options.table = table;
  const auto iterator = Must(txn->NewIterator(options));
  std::string text;
  Status moved = iterator->SeekToFirst();
  for (; moved && iterator->Valid(); moved = iterator->Next()) {
    text += std::string(iterator->key()) + "=" + std::string(iterator->value()) + " ";
  }
  REQUIRE(moved);
  return text;
}

std::string Outcome(const Result<std::uint64_t>& committed) {
  return committed ? "ok" : std::string(ErrorCodeName(committed.error().code()));
}

TEST_CASE("a transaction writes to several tables, and all of it is there at once", "[tables]") {
  for (const Concurrency manner : {Concurrency::kOptimistic, Concurrency::kPessimistic}) {
    TestStore store;
    const TableRef users = Must(store->CreateTable("users", {}));
    const TableRef mails = Must(store->CreateTable("mails", {}));
    REQUIRE(store->Put("1", "Eve", {.table = users}));
    Txn txn = Begin(store, Isolation::kSerializable, manner);
    CHECK(Get(txn, "1", users) == "Eve");
    CHECK(Get(txn, "1", mails) == "(none)");
    REQUIRE(txn->Put("1", "Ada", {.table = users}));
    REQUIRE(txn->Put("1", "ada@x", {.table = mails}));
    REQUIRE(txn->Put("1", "default"));
    CHECK(Get(txn, "1", users) == "Ada");
    CHECK(ScanOf(txn, mails) == "1=ada@x ");
    CHECK(Get(store, "1", users) == "Eve");
    CHECK(Outcome(txn->Commit()) == "ok");
    for (int round = 0; round < 2; ++round) {
      CHECK(Get(store, "1", users) == "Ada");
      CHECK(Get(store, "1", mails) == "ada@x");
      CHECK(Get(store, "1", kDefaultTable) == "default");
      if (round == 0) store.Reopen();
    }
  }
}

TEST_CASE("a transaction reads all tables as of one moment", "[tables]") {
  TestStore store;
  const TableRef a = Must(store->CreateTable("a", {}));
  REQUIRE(store->Put("before", "v", {.table = a}));
  Txn txn = Begin(store, Isolation::kSnapshot);
  CHECK(Get(txn, "before", a) == "v");
  CHECK(Get(txn, "before", kDefaultTable) == "(none)");
  const TableRef late = Must(store->CreateTable("late", {}));
  WriteBatch batch;
  batch.Put("k", "v");
  batch.Put("k", "v", {.table = a});
  batch.Put("k", "v", {.table = late});
  REQUIRE(store->Write(batch));
  CHECK(Get(txn, "k", a) == "(none)");
  CHECK(ScanOf(txn, late).empty());
  ReadOptions with_snapshot;
  with_snapshot.snapshot = store->GetSnapshot();
  std::string value;
  CHECK(txn->Get("k", &value, with_snapshot).error().code() == ErrorCode::kInvalidArgument);
}

TEST_CASE("write skew between two tables is refused under serializable alone", "[tables]") {
  for (const bool by_scan : {false, true}) {
    for (const Isolation isolation : {Isolation::kSerializable, Isolation::kSnapshot}) {
      TestStore store;
      const TableRef day = Must(store->CreateTable("day", {}));
      const TableRef night = Must(store->CreateTable("night", {}));
      REQUIRE(store->Put("ada", "on", {.table = day}));
      REQUIRE(store->Put("bob", "on", {.table = night}));
      Txn first = Begin(store, isolation);
      Txn second = Begin(store, isolation);
      if (by_scan) {
        CHECK(ScanOf(first, night) == "bob=on ");
        CHECK(ScanOf(second, day) == "ada=on ");
      } else {
        CHECK(Get(first, "bob", night) == "on");
        CHECK(Get(second, "ada", day) == "on");
      }
      REQUIRE(first->Delete("ada", {.table = day}));
      REQUIRE(second->Delete("bob", {.table = night}));
      CHECK(Outcome(first->Commit()) == "ok");
      const auto committed = second->Commit();
      CHECK(committed.has_value() == (isolation == Isolation::kSnapshot));
      if (committed) continue;
      CHECK(committed.error().code() == ErrorCode::kConflict);
      CHECK(committed.error().message().find("key \"ada\" of table 1") != std::string::npos);
      CHECK(Get(store, "bob", night) == "on");
    }
  }
}

TEST_CASE("one key in two tables is two keys, to checks and to locks", "[tables]") {
  TestStore store;
  const TableRef a = Must(store->CreateTable("a", {}));
  const TableRef b = Must(store->CreateTable("b", {}));
  Txn reader = Begin(store);
  CHECK(Get(reader, "k", a) == "(none)");
  CHECK(ScanOf(reader, a).empty());
  REQUIRE(reader->Put("other", "v", {.table = a}));
  REQUIRE(store->Put("k", "v", {.table = b}));
  REQUIRE(store->Put("k", "v"));
  CHECK(Outcome(reader->Commit()) == "ok");

  Txn first = Begin(store, Isolation::kSnapshot, Concurrency::kPessimistic);
  Txn second = Begin(store, Isolation::kSnapshot, Concurrency::kPessimistic);
  REQUIRE(first->Put("k", "1", {.table = a}));
  REQUIRE(second->Put("k", "2", {.table = b}));
  REQUIRE(second->Put("k", "2"));
  const Status refused = second->Put("k", "2", {.table = a});
  CHECK(refused.error().code() == ErrorCode::kTimedOut);
  CHECK(refused.error().message() == "waited 0 ms for the lock of key \"k\" of table 1");
  CHECK(Outcome(first->Commit()) == "ok");
  REQUIRE(second->Put("j", "2", {.table = a}));
  CHECK(Outcome(second->Commit()) == "ok");
}

TEST_CASE("under snapshot isolation each table's writes are checked there", "[tables]") {
  TestStore store;
  const TableRef a = Must(store->CreateTable("a", {}));
  Txn other = Begin(store, Isolation::kSnapshot);
  REQUIRE(other->Put("k", "first", {.table = a}));
  REQUIRE(store->Put("k", "default's doesn't matter"));
  CHECK(Outcome(other->Commit()) == "ok");

  Txn txn = Begin(store, Isolation::kSnapshot);
  REQUIRE(txn->Put("k", "mine", {.table = a}));
  REQUIRE(txn->Put("j", "mine"));
  REQUIRE(store->Put("k", "theirs", {.table = a}));
  CHECK(Outcome(txn->Commit()) == "conflict");
  CHECK(Get(store, "k", a) == "theirs");
  CHECK(Get(store, "j", kDefaultTable) == "(none)");

  Txn updating = Begin(store, Isolation::kReadCommitted);
  std::string value;
  CHECK(Must(updating->GetForUpdate("k", &value, {.table = a})));
  REQUIRE(updating->Put("k", value + "!", {.table = a}));
  REQUIRE(store->Put("k", "again", {.table = a}));
  CHECK(Outcome(updating->Commit()) == "conflict");
}

TEST_CASE("a dropped table makes the commit fail, and nothing is written", "[tables]") {
  TestStore store;
  const TableRef gone = Must(store->CreateTable("gone", {}));
  Txn writer = Begin(store);
  REQUIRE(writer->Put("a", "1"));
  REQUIRE(writer->Put("b", "2", {.table = gone}));
  Txn reader = Begin(store);
  CHECK(Get(reader, "b", gone) == "(none)");
  REQUIRE(reader->Put("c", "3"));
  Txn only_reader = Begin(store);
  CHECK(Get(only_reader, "b", gone) == "(none)");
  REQUIRE(store->DropTable("gone"));
  const TableRef again = Must(store->CreateTable("gone", {}));

  std::string value;
  CHECK(writer->Get("c", &value, {.table = gone}).error().code() == ErrorCode::kNotFound);
  CHECK(writer->Put("c", "x", {.table = gone}).error().code() == ErrorCode::kNotFound);
  CHECK(writer->Delete("c", {.table = gone}).error().code() == ErrorCode::kNotFound);
  const auto committed = writer->Commit();
  REQUIRE(!committed);
  CHECK(committed.error().code() == ErrorCode::kNotFound);
  CHECK(committed.error().message() == "table 1 isn't there (any more); nothing was done");
  CHECK(Outcome(reader->Commit()) == "not found");
  CHECK(Outcome(only_reader->Commit()) == "ok");  // What it saw was so when it began.
  CHECK(Scan(*store).empty());
  CHECK(Get(store, "b", again) == "(none)");
}

TEST_CASE("savepoints undo the writes to every table", "[tables]") {
  TestStore store;
  const TableRef a = Must(store->CreateTable("a", {}));
  const TableRef b = Must(store->CreateTable("b", {}));
  Txn txn = Begin(store);
  REQUIRE(txn->Put("k", "1", {.table = a}));
  txn->SetSavepoint();
  REQUIRE(txn->Put("k", "2", {.table = a}));
  REQUIRE(txn->Put("k", "2", {.table = b}));  // First touched after the savepoint.
  txn->SetSavepoint();
  REQUIRE(txn->Delete("k", {.table = b}));
  REQUIRE(txn->RollbackToSavepoint());
  CHECK(Get(txn, "k", b) == "2");
  REQUIRE(txn->RollbackToSavepoint());
  CHECK(Get(txn, "k", a) == "1");
  CHECK(Get(txn, "k", b) == "(none)");
  CHECK(txn->RollbackToSavepoint().error().code() == ErrorCode::kNotFound);
  txn->SetSavepoint();
  REQUIRE(txn->PopSavepoint());
  CHECK(txn->PopSavepoint().error().code() == ErrorCode::kNotFound);
  CHECK(Outcome(txn->Commit()) == "ok");
  CHECK(Get(store, "k", a) == "1");
  CHECK(Get(store, "k", b) == "(none)");
}

TEST_CASE("a table's options rule what a transaction writes to it", "[expiry]") {
  TestStore store;
  const TableRef fading = Must(store->CreateTable("fading", {.ttl_us = 10 * kSecond}));
  const TableRef sets = Must(store->CreateTable("sets", {.empty_value_deletes = true}));
  Txn txn = Begin(store);
  REQUIRE(txn->Put("by table", "v", {.table = fading}));
  const std::uint64_t soon = store.clock().WallMicros() + 5 * kSecond;
  REQUIRE(txn->Put("by itself", "v", {.table = fading, .expires_at_us = soon}));
  REQUIRE(txn->Put("never", "v", {.table = fading, .expires_at_us = kNeverExpires}));
  REQUIRE(txn->Put("k", "", {.table = sets}));
  REQUIRE(txn->Put("k", "", {.table = fading, .expires_at_us = kNeverExpires}));
  CHECK(Get(txn, "k", sets) == "(none)");
  CHECK(Get(txn, "k", fading).empty());
  CHECK(Outcome(txn->Commit()) == "ok");
  CHECK(Get(store, "k", sets) == "(none)");
  CHECK(Get(store, "k", fading).empty());
  store.clock().Advance(6 * kSecond);
  CHECK(Get(store, "by itself", fading) == "(none)");
  CHECK(Get(store, "by table", fading) == "v");
  store.clock().Advance(6 * kSecond);
  CHECK(Get(store, "by table", fading) == "(none)");
  CHECK(Get(store, "never", fading) == "v");

  Txn with_ttl = Begin(store);
  REQUIRE(with_ttl->Put("k", "v"));
  REQUIRE(with_ttl->Commit({.ttl_us = kSecond}));
  CHECK(Get(store, "k", kDefaultTable) == "v");
  store.clock().Advance(2 * kSecond);
  CHECK(Get(store, "k", kDefaultTable) == "(none)");
}

}  // namespace
}  // namespace strata
