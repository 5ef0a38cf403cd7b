// Transactions, told step by step in one thread: what each isolation level lets happen and what
// not.

#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/random.h"
#include "stats/counters.h"
#include "strata/transaction.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::Scan;
using testing::TestStore;
using Txn = std::unique_ptr<Transaction>;

Txn Begin(TestStore& store, Isolation isolation = Isolation::kSerializable,
          Concurrency concurrency = Concurrency::kOptimistic) {
  auto txn =
      store->Begin({.concurrency = concurrency, .isolation = isolation, .lock_timeout_ms = 0});
  REQUIRE(txn);
  return *std::move(txn);
}

std::string Get(const Txn& txn, std::string_view key) {
  std::string value;
  const auto found = txn->Get(key, &value);
  REQUIRE(found);
  return *found ? value : "(none)";
}

std::string GetForUpdate(const Txn& txn, std::string_view key) {
  std::string value;
  const auto found = txn->GetForUpdate(key, &value);
  REQUIRE(found);
  return *found ? value : "(none)";
}

std::string ScanOf(const Txn& txn, const ReadOptions& options = {}) {
  const auto iterator = txn->NewIterator(options);
  REQUIRE(iterator);
  std::string text;
  Status moved = (*iterator)->SeekToFirst();
  for (; moved && (*iterator)->Valid(); moved = (*iterator)->Next()) {
    text += std::string((*iterator)->key()) + "=" + std::string((*iterator)->value()) + " ";
  }
  REQUIRE(moved);
  return text;
}

// "ok", or the error's code.
std::string Outcome(const Result<std::uint64_t>& committed) {
  return committed ? "ok" : std::string(ErrorCodeName(committed.error().code()));
}
std::string Outcome(const Status& status) {
  return status ? "ok" : std::string(ErrorCodeName(status.error().code()));
}

void OpenAccounts(TestStore& store) {
  REQUIRE(store->Put("a", "100"));
  REQUIRE(store->Put("b", "100"));
}

TEST_CASE("nobody sees a transaction's writes before it commits, it itself at once",
          "[transactions]") {
  TestStore store;
  OpenAccounts(store);
  const Txn txn = Begin(store);
  REQUIRE(txn->Put("a", "80"));
  REQUIRE(txn->Delete("b"));
  REQUIRE(txn->Put("c", "20"));
  CHECK(Get(txn, "a") == "80");
  CHECK(Get(txn, "b") == "(none)");
  CHECK(ScanOf(txn) == "a=80 c=20 ");
  CHECK(Scan(*store) == "a=100 b=100 ");
  const auto committed = txn->Commit();
  REQUIRE(committed);
  CHECK(*committed == 5);
  CHECK(Scan(*store) == "a=80 c=20 ");
}

TEST_CASE("a transaction that is rolled back or dropped leaves no trace", "[transactions]") {
  const auto concurrency = GENERATE(Concurrency::kOptimistic, Concurrency::kPessimistic);
  TestStore store;
  OpenAccounts(store);
  {
    const Txn txn = Begin(store, Isolation::kSerializable, concurrency);
    REQUIRE(txn->Put("a", "0"));
    REQUIRE(txn->Rollback());
    CHECK(Outcome(txn->Put("a", "0")) == "aborted");
    const Txn dropped = Begin(store, Isolation::kSerializable, concurrency);
    REQUIRE(dropped->Put("a", "0"));
  }
  CHECK(Scan(*store) == "a=100 b=100 ");
  CHECK(store->Stats().last_sequence == 2);
  CHECK(store->Stats().snapshots == 0);
  const Txn next = Begin(store, Isolation::kSerializable, concurrency);
  REQUIRE(next->Put("a", "1"));  // The locks are free.
  CHECK(Outcome(next->Commit()) == "ok");
}

TEST_CASE("dirty reads: no level shows what isn't committed", "[transactions]") {
  const auto isolation =
      GENERATE(Isolation::kSerializable, Isolation::kSnapshot, Isolation::kReadCommitted);
  TestStore store;
  OpenAccounts(store);
  const Txn writer = Begin(store, isolation);
  REQUIRE(writer->Put("a", "0"));
  const Txn reader = Begin(store, isolation);
  CHECK(Get(reader, "a") == "100");
  CHECK(ScanOf(reader) == "a=100 b=100 ");
}

TEST_CASE("a transaction reads one moment, unless it is to read what is committed",
          "[transactions]") {
  TestStore store;
  OpenAccounts(store);
  const Txn serializable = Begin(store, Isolation::kSerializable);
  const Txn snapshot = Begin(store, Isolation::kSnapshot);
  const Txn committed = Begin(store, Isolation::kReadCommitted);
  REQUIRE(store->Put("a", "1"));
  REQUIRE(store->Put("c", "1"));
  CHECK(Get(serializable, "a") == "100");
  CHECK(ScanOf(snapshot) == "a=100 b=100 ");
  CHECK(Get(committed, "a") == "1");
  CHECK(ScanOf(committed) == "a=1 b=100 c=1 ");
}

std::string CommitBoth(TestStore& store, const Txn& one, const Txn& two) {
  std::string outcome = Outcome(one->Commit());
  outcome += ", " + Outcome(two->Commit());
  return outcome + ": " + Scan(*store);
}

// Two transactions read both accounts and each takes from one, which is fine for either alone.
std::string WriteSkew(Isolation isolation) {
  TestStore store;
  OpenAccounts(store);
  const Txn one = Begin(store, isolation);
  const Txn two = Begin(store, isolation);
  for (const Txn* txn : {&one, &two}) {
    Get(*txn, "a");
    Get(*txn, "b");
  }
  REQUIRE(one->Put("a", "-100"));
  REQUIRE(two->Put("b", "-100"));
  return CommitBoth(store, one, two);
}

TEST_CASE("write skew happens under snapshot isolation and not under serializable",
          "[transactions]") {
  CHECK(WriteSkew(Isolation::kSnapshot) == "ok, ok: a=-100 b=-100 ");
  CHECK(WriteSkew(Isolation::kSerializable) == "ok, conflict: a=-100 b=100 ");
}

std::string LostUpdate(Isolation isolation, bool for_update) {
  TestStore store;
  OpenAccounts(store);
  const Txn one = Begin(store, isolation);
  const Txn two = Begin(store, isolation);
  for (const Txn* txn : {&one, &two}) {
    const std::string seen = for_update ? GetForUpdate(*txn, "a") : Get(*txn, "a");
    REQUIRE((*txn)->Put("a", std::to_string(std::stoi(seen) + 10)));
  }
  return CommitBoth(store, one, two);
}

TEST_CASE("lost updates: the second to commit is refused", "[transactions]") {
  CHECK(LostUpdate(Isolation::kSerializable, false) == "ok, conflict: a=110 b=100 ");
  CHECK(LostUpdate(Isolation::kSnapshot, false) == "ok, conflict: a=110 b=100 ");
  CHECK(LostUpdate(Isolation::kReadCommitted, false) == "ok, ok: a=110 b=100 ");
  CHECK(LostUpdate(Isolation::kReadCommitted, true) == "ok, conflict: a=110 b=100 ");
}

TEST_CASE("phantoms: a key put between those that were scanned is noticed", "[transactions]") {
  for (const char* phantom : {"a5", "a0", "b5"}) {
    TestStore store;
    OpenAccounts(store);
    const Txn txn = Begin(store);
    CHECK(ScanOf(txn, {.lower = "a", .upper = "c"}) == "a=100 b=100 ");
    REQUIRE(txn->Put("sum", "200"));
    REQUIRE(store->Put(phantom, "1"));
    const auto committed = txn->Commit();
    REQUIRE_FALSE(committed);
    CHECK(committed.error().code() == ErrorCode::kConflict);
    CHECK(committed.error().message().find(std::string("key \"") + phantom + "\"") !=
          std::string::npos);
  }
}

TEST_CASE("a scan that stopped early doesn't mind what comes after", "[transactions]") {
  TestStore store;
  for (const char* key : {"a", "b", "c", "d"}) REQUIRE(store->Put(key, "1"));
  const Txn txn = Begin(store);
  const auto iterator = *txn->NewIterator({});
  REQUIRE(iterator->Seek("b"));
  REQUIRE(iterator->Next());
  CHECK(iterator->key() == "c");  // Walked from b to c, both included.
  REQUIRE(txn->Put("x", "1"));

  SECTION("after it") {
    REQUIRE(store->Put("c0", "1"));
    REQUIRE(store->Put("a9", "1"));
    CHECK(Outcome(txn->Commit()) == "ok");
  }
  SECTION("its end") {
    REQUIRE(store->Delete("c"));
    CHECK(Outcome(txn->Commit()) == "conflict");
  }
  SECTION("its beginning") {
    REQUIRE(store->Put("b", "2"));
    CHECK(Outcome(txn->Commit()) == "conflict");
  }
}

TEST_CASE("a backward scan covers what it walked over, to the end it came from", "[transactions]") {
  TestStore store;
  for (const char* key : {"b", "d", "f"}) REQUIRE(store->Put(key, "1"));
  const auto with = [&](const char* changed) {
    const Txn txn = Begin(store);
    const auto iterator = *txn->NewIterator({.lower = "a", .upper = "z"});
    REQUIRE(iterator->SeekToLast());
    REQUIRE(iterator->Prev());
    CHECK(iterator->key() == "d");
    REQUIRE(txn->Put("zzz", "1"));
    REQUIRE(store->Put(changed, "2"));
    const std::string outcome = Outcome(txn->Commit());
    REQUIRE(store->Delete(changed));
    REQUIRE(store->Put("d", "1"));
    REQUIRE(store->Put("f", "1"));
    return outcome;
  };
  CHECK(with("c") == "ok");
  CHECK(with("zz") == "ok");
  CHECK(with("d") == "conflict");
  CHECK(with("e") == "conflict");
  CHECK(with("y") == "conflict");
}

TEST_CASE("long fork: two readers see two writes in one order", "[transactions]") {
  TestStore store;
  const Txn first = Begin(store);
  REQUIRE(store->Put("x", "1"));
  const Txn middle = Begin(store);
  REQUIRE(store->Put("y", "1"));
  const Txn last = Begin(store);
  CHECK(Get(first, "y") + Get(first, "x") == "(none)(none)");
  CHECK(Get(middle, "y") + Get(middle, "x") == "(none)1");
  CHECK(Get(last, "y") + Get(last, "x") == "11");
}

TEST_CASE("a transaction that only reads never fails", "[transactions]") {
  const auto isolation =
      GENERATE(Isolation::kSerializable, Isolation::kSnapshot, Isolation::kReadCommitted);
  TestStore store;
  OpenAccounts(store);
  const Txn reader = Begin(store, isolation);
  Get(reader, "a");
  ScanOf(reader);
  REQUIRE(store->Put("a", "1"));
  REQUIRE(store->Put("c", "1"));
  const auto committed = reader->Commit();
  REQUIRE(committed);
  CHECK(*committed == 0);
  CHECK(store->Stats().snapshots == 0);
}

TEST_CASE("writes that nobody read don't conflict under serializable", "[transactions]") {
  TestStore store;
  OpenAccounts(store);
  const Txn one = Begin(store);
  const Txn two = Begin(store);
  REQUIRE(one->Put("a", "1"));
  REQUIRE(two->Put("a", "2"));
  CHECK(Outcome(one->Commit()) == "ok");
  CHECK(Outcome(two->Commit()) == "ok");
  CHECK(Scan(*store) == "a=2 b=100 ");
}

TEST_CASE("a delete counts as a change, even when a merge has dropped everything",
          "[transactions][transactions.1]") {
  for (const bool merged : {false, true}) {
    TestStore store;
    OpenAccounts(store);
    REQUIRE(store->CompactRange({}, {}));
    const Txn txn = Begin(store);
    Get(txn, "a");
    REQUIRE(txn->Put("x", "1"));
    REQUIRE(store->Delete("a"));
    if (merged) REQUIRE(store->CompactRange({}, {}));
    CAPTURE(merged);
    CHECK(Outcome(txn->Commit()) == "conflict");
  }
}

TEST_CASE("a conflict is found in tables, and old tables aren't read for it", "[transactions]") {
  TestStore store;
  for (int i = 0; i < 2'000; ++i) {
    REQUIRE(store->Put("key" + std::to_string(10'000 + i), std::string(100, 'v')));
  }
  REQUIRE(store->CompactRange({}, {}));
  const Txn fine = Begin(store);
  const Txn late = Begin(store);
  for (const Txn* txn : {&fine, &late}) {
    CHECK(ScanOf(*txn).size() > 100'000);
    REQUIRE((*txn)->Put("x", "1"));
  }
  const std::uint64_t blocks =
      store->counters().Get(Counter::kBlocksRead) + store->counters().Get(Counter::kCacheHits);
  CHECK(Outcome(fine->Commit()) == "ok");
  CHECK(store->counters().Get(Counter::kBlocksRead) + store->counters().Get(Counter::kCacheHits) ==
        blocks);
  REQUIRE(store->Flush());
  const auto refused = late->Commit();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message().find("key \"x\"") != std::string::npos);
}

TEST_CASE("savepoints nest, and going back keeps what was read", "[transactions]") {
  TestStore store;
  OpenAccounts(store);
  const Txn txn = Begin(store);
  CHECK(Outcome(txn->RollbackToSavepoint()) == "not found");
  REQUIRE(txn->Put("a", "1"));
  txn->SetSavepoint();
  REQUIRE(txn->Put("a", "2"));
  REQUIRE(txn->Put("c", "2"));
  txn->SetSavepoint();
  REQUIRE(txn->Delete("a"));
  REQUIRE(txn->Put("c", "3"));
  CHECK(ScanOf(txn) == "b=100 c=3 ");
  REQUIRE(txn->RollbackToSavepoint());
  CHECK(ScanOf(txn) == "a=2 b=100 c=2 ");
  txn->SetSavepoint();
  REQUIRE(txn->Put("d", "4"));
  REQUIRE(txn->PopSavepoint());
  REQUIRE(txn->RollbackToSavepoint());
  CHECK(ScanOf(txn) == "a=1 b=100 ");
  CHECK(Outcome(txn->PopSavepoint()) == "not found");
  CHECK(Outcome(txn->Commit()) == "ok");
  CHECK(Scan(*store) == "a=1 b=100 ");

  const Txn reader = Begin(store);
  reader->SetSavepoint();
  Get(reader, "b");
  REQUIRE(reader->RollbackToSavepoint());
  REQUIRE(reader->Put("x", "1"));
  REQUIRE(store->Put("b", "2"));
  CHECK(Outcome(reader->Commit()) == "conflict");
}

TEST_CASE("after its end a transaction says how it ended", "[transactions]") {
  TestStore store;
  OpenAccounts(store);
  const Txn txn = Begin(store);
  REQUIRE(txn->Put("a", "1"));
  REQUIRE(txn->Commit());
  std::string value;
  const auto got = txn->Get("a", &value);
  REQUIRE_FALSE(got);
  CHECK(got.error().message() == "the transaction is over: it was committed");
  CHECK(Outcome(txn->Rollback()) == "aborted");
  CHECK(Outcome(txn->Commit()) == "aborted");

  const Txn outlives = Begin(store);
  REQUIRE(outlives->Put("a", "2"));
  REQUIRE(store->Close());
  CHECK(Outcome(outlives->Commit()) == "aborted");
  CHECK(outlives->Delete("a").error().message() == "the transaction's store is closed");
  CHECK_FALSE(store->Begin());
}

TEST_CASE("a commit is a whole even if the power goes", "[transactions]") {
  Random random(16);
  for (int round = 0; round < 30; ++round) {
    TestStore store({.sync = SyncMode::kNone}, static_cast<std::uint64_t>(round) + 1);
    for (int i = 0; i < 8; ++i) {
      const Txn txn = Begin(store);
      for (const char* key : {"a", "b", "c"}) REQUIRE(txn->Put(key, std::to_string(i)));
      REQUIRE(txn->Commit(WriteOptions{.sync = i % 3 == 0}));
    }
    store.PowerCut(CrashKind::kPrefix, random);
    REQUIRE(store.TryOpen());
    const auto a = store.Get("a");
    REQUIRE(a);
    CHECK(store.Get("b") == a);
    CHECK(store.Get("c") == a);
    CHECK(std::stoi(*a) >= 6);
  }
}

// --- locks ---------------------------------------------------------------------------------------

TEST_CASE("a lock keeps others from writing, and from reading for it, until the end",
          "[transactions]") {
  TestStore store;
  OpenAccounts(store);
  const auto lock = Concurrency::kPessimistic;
  Txn one = Begin(store, Isolation::kSerializable, lock);
  const Txn two = Begin(store, Isolation::kSerializable, lock);
  CHECK(Get(one, "a") == "100");
  CHECK(Get(two, "a") == "100");  // Shared.
  CHECK(Outcome(two->Put("a", "1")) == "timed out");
  REQUIRE(one->Put("b", "1"));
  std::string value;
  CHECK(two->Get("b", &value).error().code() == ErrorCode::kTimedOut);
  CHECK(two->GetForUpdate("b", &value).error().code() == ErrorCode::kTimedOut);
  CHECK(Outcome(one->Commit()) == "ok");
  CHECK(Get(two, "b") == "1");  // What the lock's last owner left.
  REQUIRE(two->Put("a", "2"));
  CHECK(Outcome(two->Commit()) == "ok");
  CHECK(Scan(*store) == "a=2 b=1 ");
}

TEST_CASE("locks make transactions wait their turn instead of fail", "[transactions]") {
  TestStore store;
  REQUIRE(store->Put("n", "0"));
  for (const auto isolation :
       {Isolation::kSerializable, Isolation::kSnapshot, Isolation::kReadCommitted}) {
    for (int i = 0; i < 3; ++i) {
      const Txn other = Begin(store, isolation, Concurrency::kPessimistic);
      const Txn txn = Begin(store, isolation, Concurrency::kPessimistic);
      for (const Txn* one : {&other, &txn}) {  // The later one began before the first committed.
        const std::string seen = GetForUpdate(*one, "n");
        REQUIRE((*one)->Put("n", std::to_string(std::stoi(seen) + 1)));
        CHECK(Outcome((*one)->Commit()) == "ok");
      }
    }
  }
  CHECK(store.Get("n") == "18");
}

TEST_CASE("a plain write can't slip past a lock unnoticed", "[transactions]") {
  TestStore store;
  OpenAccounts(store);
  const Txn txn = Begin(store, Isolation::kSerializable, Concurrency::kPessimistic);
  const std::string seen = Get(txn, "a");
  REQUIRE(txn->Put("b", seen));
  REQUIRE(store->Put("a", "1"));
  CHECK(Outcome(txn->Commit()) == "conflict");
}

TEST_CASE("phantoms are noticed under locks too", "[transactions]") {
  TestStore store;
  OpenAccounts(store);
  const Txn txn = Begin(store, Isolation::kSerializable, Concurrency::kPessimistic);
  ScanOf(txn);
  REQUIRE(txn->Put("sum", "200"));
  const Txn other = Begin(store, Isolation::kSerializable, Concurrency::kPessimistic);
  REQUIRE(other->Put("c", "1"));
  CHECK(Outcome(other->Commit()) == "ok");
  CHECK(Outcome(txn->Commit()) == "conflict");
}

TEST_CASE("random transactions one after the other agree with a map", "[transactions]") {
  const auto concurrency = GENERATE(Concurrency::kOptimistic, Concurrency::kPessimistic);
  TestStore store({.memtable_bytes = 8 << 10});
  Random random(5);
  std::map<std::string, std::string> model;
  for (int round = 0; round < 200; ++round) {
    const Txn txn = Begin(store, Isolation::kSerializable, concurrency);
    auto mine = model;
    std::optional<std::map<std::string, std::string>> saved;
    for (int i = 0; i < 10; ++i) {
      const std::string key = "k" + std::to_string(random.Uniform(30));
      const auto draw = random.Uniform(8);
      if (draw == 0 && !saved) {
        txn->SetSavepoint();
        saved = mine;
      } else if (draw == 1 && saved) {
        REQUIRE(txn->RollbackToSavepoint());
        mine = *std::exchange(saved, std::nullopt);
      } else if (draw < 4) {
        REQUIRE(txn->Delete(key));
        mine.erase(key);
      } else if (draw < 7) {
        mine[key] = std::to_string(round * 100 + i) + std::string(40, 'v');
        REQUIRE(txn->Put(key, mine[key]));
      } else {
        const auto found = mine.find(key);
        CHECK(Get(txn, key) == (found == mine.end() ? "(none)" : found->second));
      }
    }
    CHECK(ScanOf(txn) == testing::Render(mine));
    if (random.Uniform(4) == 0) continue;
    REQUIRE(txn->Commit());
    model = mine;
  }
  CHECK(Scan(*store) == testing::Render(model));
}

}  // namespace
}  // namespace strata
