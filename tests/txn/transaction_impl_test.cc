// A transaction over a store that only writes down what it is asked: which moments it reads at,
// what it asks of a commit, and what it says when it is over. What the isolation levels let happen
// is told in db/transactions_test.cc.

#include "txn/transaction_impl.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "io/clock.h"
#include "io/executor.h"
#include "testing/results.h"
#include "txn/memory_db.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::Outcome;

using Txn = std::unique_ptr<Transaction>;

struct World {
  World() {
    home->locks = std::make_shared<LockTable>(*executor, clock);
    home->empty_value_deletes = [](TableRef) -> Result<bool> { return false; };
  }

  Txn Begin(Isolation isolation, Concurrency concurrency = Concurrency::kOptimistic,
            std::uint32_t timeout_ms = 0) {
    return std::make_unique<TransactionImpl>(
        db, home,
        TransactionOptions{
            .concurrency = concurrency, .isolation = isolation, .lock_timeout_ms = timeout_ms});
  }
  Txn BeginWithLocks(Isolation isolation = Isolation::kSerializable) {
    return Begin(isolation, Concurrency::kPessimistic);
  }

  ManualClock clock;
  std::unique_ptr<SimExecutor> executor = NewSimExecutor(1, clock);
  MemoryDb db;
  std::shared_ptr<TransactionHome> home = std::make_shared<TransactionHome>();
};

std::string Get(const Txn& txn, std::string_view key) {
  std::string value;
  return Must(txn->Get(key, &value)) ? value : "(none)";
}

std::string GetForUpdate(const Txn& txn, std::string_view key) {
  std::string value;
  return Must(txn->GetForUpdate(key, &value)) ? value : "(none)";
}

// --- what it reads -------------------------------------------------------------------------------

TEST_CASE("all reads are of one moment, but for those that want what is committed",
          "[transactions]") {
  for (const Isolation isolation :
       {Isolation::kSerializable, Isolation::kSnapshot, Isolation::kReadCommitted}) {
    World world;
    world.db.Set("a", "old");
    const Txn txn = world.Begin(isolation);
    world.db.Set("a", "new");
    const bool committed = isolation == Isolation::kReadCommitted;
    CHECK(Get(txn, "a") == (committed ? "new" : "old"));
    CHECK(Get(txn, "a") == (committed ? "new" : "old"));
    CHECK(world.db.snapshots == (committed ? 0 : 1));
  }
}

TEST_CASE("with locks a transaction's moment is that of its first read", "[transactions]") {
  World world;
  const Txn txn = world.BeginWithLocks(Isolation::kSnapshot);
  CHECK(world.db.snapshots == 0);
  world.db.Set("a", "1");
  CHECK(Get(txn, "a") == "1");
  world.db.Set("a", "2");
  CHECK(Get(txn, "a") == "1");
  CHECK(world.db.snapshots == 1);
}

TEST_CASE("what a transaction wrote itself it reads without asking the store", "[transactions]") {
  World world;
  world.db.Set("a", "old");
  world.db.Set("b", "old");
  const Txn txn = world.Begin(Isolation::kSerializable);
  REQUIRE(txn->Put("a", "own"));
  REQUIRE(txn->Delete("b"));
  CHECK(Get(txn, "a") == "own");
  CHECK(GetForUpdate(txn, "b") == "(none)");
  CHECK(world.db.reads == 0);
  CHECK(Get(txn, "c") == "(none)");
  CHECK(world.db.reads == 1);
}

TEST_CASE("a transaction doesn't read at somebody else's snapshot", "[transactions]") {
  World world;
  const Txn txn = world.Begin(Isolation::kSerializable);
  CHECK(Outcome(txn->NewIterator({.snapshot = world.db.GetSnapshot()})) ==
        "invalid argument: a transaction chooses its snapshot itself");
  std::string value;
  const ReadOptions options{.snapshot = world.db.GetSnapshot()};
  CHECK(CodeOf(txn->Get("a", &value, options)) == "invalid argument");
  CHECK(CodeOf(txn->GetForUpdate("a", &value, options)) == "invalid argument");
}

// --- what it asks of a commit --------------------------------------------------------------------

// Reads a, reads b to write it, walks over [d .. f), writes b and c, while others write.
std::string CommitOf(World& world, const Txn& txn) {
  Get(txn, "a");
  world.db.Set("x", "2");
  GetForUpdate(txn, "b");
  const auto it = Must(txn->NewIterator({.lower = "d", .upper = "f"}));
  REQUIRE(it->SeekToFirst());
  while (it->Valid()) REQUIRE(it->Next());
  REQUIRE(txn->Put("b", "1"));
  REQUIRE(txn->Delete("c"));
  CHECK(Must(txn->Commit()) == 4);
  REQUIRE(world.db.commits.size() == 1);
  return world.db.commits.back();
}

TEST_CASE("a commit asks for what its isolation level must not lose, and no more",
          "[transactions][transactions.2]") {
  const std::vector<std::pair<Isolation, std::string>> expected = {
      {Isolation::kSerializable, "a since 1, b since 1, [d .. f) since 1"},
      {Isolation::kSnapshot, "b since 1, c since 1"},
      {Isolation::kReadCommitted, "b since 2"}};
  for (const auto& [isolation, conditions] : expected) {
    World world;
    world.db.Set("e", "1");
    const Txn txn = world.Begin(isolation);
    CHECK(CommitOf(world, txn) == "b=1 c=deleted; " + conditions);
  }
}

TEST_CASE("with locks a commit still asks, against those who take none",
          "[transactions][transactions.2]") {
  const std::vector<std::pair<Isolation, std::string>> expected = {
      {Isolation::kSerializable, "a since 1, b since 2, [d .. f) since 2"},
      {Isolation::kSnapshot, "b since 1, c since 1"},
      {Isolation::kReadCommitted, "b since 2"}};
  for (const auto& [isolation, conditions] : expected) {
    World world;
    world.db.Set("e", "1");
    const Txn txn = world.BeginWithLocks(isolation);
    CHECK(CommitOf(world, txn) == "b=1 c=deleted; " + conditions);
  }
}

TEST_CASE("a transaction that only reads asks nothing, unless its reads are of many moments",
          "[transactions]") {
  for (const bool locks : {false, true}) {
    World world;
    const Txn txn = locks ? world.BeginWithLocks() : world.Begin(Isolation::kSerializable);
    Get(txn, "a");
    CHECK(Must(txn->Commit()) == 0);
    CHECK(world.db.commits ==
          (locks ? std::vector<std::string>{"; a since 0"} : std::vector<std::string>{}));
  }
}

// --- how it ends ---------------------------------------------------------------------------------

// What every call on a transaction that is over says; all say the same.
std::string SaidBy(const Txn& txn) {
  std::string value;
  const std::string said = Outcome(txn->Commit());
  CHECK(Outcome(txn->Get("a", &value)) == said);
  CHECK(Outcome(txn->GetForUpdate("a", &value)) == said);
  CHECK(Outcome(txn->Put("a", "1")) == said);
  CHECK(Outcome(txn->Delete("a")) == said);
  CHECK(Outcome(txn->NewIterator({})) == said);
  CHECK(Outcome(txn->RollbackToSavepoint()) == said);
  CHECK(Outcome(txn->PopSavepoint()) == said);
  return said;
}

TEST_CASE("a transaction that is over says how it ended, whatever it is asked", "[transactions]") {
  World world;
  const Txn committed = world.Begin(Isolation::kSerializable);
  REQUIRE(committed->Commit());
  CHECK(SaidBy(committed) == "aborted: the transaction is over: it was committed");
  CHECK(Outcome(committed->Rollback()) == "aborted: the transaction is over: it was committed");
  const Txn back = world.Begin(Isolation::kSerializable);
  REQUIRE(back->Rollback());
  CHECK(SaidBy(back) == "aborted: the transaction is over: it was rolled back");
  CHECK(Outcome(back->Rollback()) == "ok");
}

TEST_CASE("a transaction that a store's error ended tells that error",
          "[transactions][transactions.2]") {
  World world;
  const Txn txn = world.BeginWithLocks();
  REQUIRE(txn->Put("a", "1"));
  world.db.error = Error(ErrorCode::kNoSpace, "the disk is full");
  CHECK(Outcome(txn->Commit()) == "no space: the disk is full");
  CHECK(SaidBy(txn) ==
        "aborted: the transaction is over: it was ended by an error: the disk is full");
  CHECK(world.home->locks->locked_keys() == 0);
  CHECK(world.db.snapshots_held == 0);
}

TEST_CASE("a conflict names the key, and what had been done with it",
          "[transactions][transactions.2]") {
  World world;
  const auto conflict = [&](const Txn& txn, FailedCondition failed) {
    world.db.failed = std::move(failed);
    return Outcome(txn->Commit());
  };
  const Txn reader = world.Begin(Isolation::kSerializable);
  Get(reader, "a");
  REQUIRE(reader->Put("z", "1"));
  CHECK(conflict(reader, {.index = 0, .key = "a"}) ==
        "conflict: transaction 1 conflicts at key \"a\": another one wrote it after this one read "
        "it; nothing was written");
  CHECK(SaidBy(reader).find("aborted: the transaction is over: it was rolled back: transaction 1 "
                            "conflicts at key \"a\"") == 0);
  const Txn writer = world.Begin(Isolation::kSnapshot);
  REQUIRE(writer->Put("b", "1"));
  CHECK(conflict(writer, {.index = 0, .key = "b"}) ==
        "conflict: transaction 2 conflicts at key \"b\": another one wrote it after this one "
        "began; nothing was written");
  const Txn walker = world.Begin(Isolation::kSerializable);
  REQUIRE(Must(walker->NewIterator({}))->SeekToFirst());
  REQUIRE(walker->Put("z", "1"));
  CHECK(conflict(walker, {.index = 0, .key = "c"}) ==
        "conflict: transaction 3 conflicts at key \"c\": another one wrote it after this one read "
        "the range around it; nothing was written");
}

TEST_CASE("however a transaction ends, its locks and its snapshot go",
          "[transactions][transactions.2]") {
  for (const char* how : {"committed", "rolled back", "dropped", "conflict"}) {
    CAPTURE(how);
    World world;
    Txn txn = world.BeginWithLocks();
    Get(txn, "a");
    REQUIRE(txn->Put("b", "1"));
    CHECK(world.home->locks->locked_keys() == 2);
    CHECK(world.db.snapshots_held == 1);
    if (how == std::string_view("conflict")) world.db.failed = FailedCondition{.key = "a"};
    if (how == std::string_view("rolled back")) {
      REQUIRE(txn->Rollback());
    } else if (how == std::string_view("dropped")) {
      txn.reset();
    } else {
      (void)txn->Commit().has_value();
    }
    CHECK(world.home->locks->locked_keys() == 0);
    CHECK(world.db.snapshots_held == 0);
  }
}

TEST_CASE("a transaction notices that its store is closed, and touches it no more",
          "[transactions]") {
  World world;
  Txn txn = world.BeginWithLocks();
  REQUIRE(txn->Put("a", "1"));
  world.home->open = false;
  CHECK(SaidBy(txn) == "aborted: the transaction's store is closed");
  txn.reset();
  CHECK(world.home->locks->locked_keys() == 1);
}

// --- locks ---------------------------------------------------------------------------------------

TEST_CASE("after a wait in vain a transaction goes on as before",
          "[transactions][transactions.2][transactions.3]") {
  World world;
  const Txn first = world.BeginWithLocks();
  const Txn second = world.BeginWithLocks();
  REQUIRE(first->Put("a", "1"));
  CHECK(CodeOf(second->Put("a", "2")) == "timed out");
  std::string value;
  CHECK(CodeOf(second->Get("a", &value)) == "timed out");
  REQUIRE(second->Put("b", "2"));
  CHECK(CodeOf(second->Commit()) == "ok");
  CHECK(world.db.commits == std::vector<std::string>{"b=2"});
}

TEST_CASE("a transaction that gives way in a deadlock is over at once, and says why",
          "[transactions][transactions.4]") {
  World world;
  const Txn older = world.Begin(Isolation::kSerializable, Concurrency::kPessimistic, 1'000);
  const Txn younger = world.Begin(Isolation::kSerializable, Concurrency::kPessimistic, 1'000);
  REQUIRE(older->Put("a", "1"));
  REQUIRE(younger->Put("b", "1"));
  world.executor->Schedule(Priority::kLow, [&] {
    CHECK(CodeOf(younger->Put("a", "2")) == "deadlock");
    return Step::kDone;
  });
  CHECK(CodeOf(older->Put("b", "2")) == "ok");  // The younger one's lock is free.
  CHECK(SaidBy(younger).find("aborted: the transaction is over: it was rolled back: deadlock: ") ==
        0);
}

// --- what it writes ------------------------------------------------------------------------------

TEST_CASE("savepoints undo writes alone: what was read stays read, and locks are held",
          "[transactions][transactions.2]") {
  World world;
  const Txn txn = world.BeginWithLocks();
  CHECK(Outcome(txn->RollbackToSavepoint()) == "not found: the transaction has no savepoint");
  CHECK(Outcome(txn->PopSavepoint()) == "not found: the transaction has no savepoint");
  REQUIRE(txn->Put("a", "1"));
  txn->SetSavepoint();
  REQUIRE(txn->Put("a", "2"));
  REQUIRE(txn->Put("b", "2"));
  Get(txn, "c");
  REQUIRE(txn->RollbackToSavepoint());
  CHECK(Get(txn, "a") == "1");
  CHECK(world.home->locks->locked_keys() == 3);
  REQUIRE(txn->Commit());
  CHECK(world.db.commits == std::vector<std::string>{"a=1; c since 0"});
}

TEST_CASE("a key that is too long is refused, and the transaction goes on",
          "[transactions][transactions.2]") {
  World world;
  const Txn txn = world.BeginWithLocks();
  const std::string key(kKeySizeMax + 1, 'k');
  CHECK(CodeOf(txn->Put(key, "1")) == "invalid argument");
  CHECK(CodeOf(txn->Delete(key)) == "invalid argument");
  CHECK(world.home->locks->locked_keys() == 0);
  REQUIRE(txn->Put(key.substr(1), ""));
  REQUIRE(txn->Commit());
  CHECK(world.db.commits == std::vector<std::string>{key.substr(1) + "="});
}

TEST_CASE("an empty value is a delete where the store says so", "[transactions][transactions.2]") {
  World world;
  world.home->empty_value_deletes = [](TableRef) -> Result<bool> { return true; };
  const Txn txn = world.Begin(Isolation::kReadCommitted);
  REQUIRE(txn->Put("a", ""));
  REQUIRE(txn->Put("b", "1"));
  CHECK(Get(txn, "a") == "(none)");
  REQUIRE(txn->Commit());
  CHECK(world.db.commits == std::vector<std::string>{"a=deleted b=1"});
}

// --- several tables ------------------------------------------------------------------------------

TEST_CASE("a commit checks and writes each table's keys there", "[tables]") {
  World world;
  const Txn txn = world.BeginWithLocks();
  std::string value;
  REQUIRE(txn->Get("k", &value, {.table = {7}}));
  REQUIRE(txn->Put("k", "1"));
  REQUIRE(txn->Put("k", "2", {.table = {8}, .expires_at_us = 77}));
  CHECK(world.home->locks->locked_keys() == 3);
  REQUIRE(txn->Commit());
  CHECK(world.db.commits == std::vector<std::string>{"k=1 8:k=2 until 77; 7:k since 0"});
}

TEST_CASE("a savepoint holds for tables that are first written to after it", "[tables]") {
  World world;
  const Txn txn = world.Begin(Isolation::kReadCommitted);
  REQUIRE(txn->Put("k", "1"));
  txn->SetSavepoint();
  REQUIRE(txn->Put("k", "7", {.table = {7}}));
  txn->SetSavepoint();
  REQUIRE(txn->Put("k", "8", {.table = {8}}));
  REQUIRE(txn->PopSavepoint());
  REQUIRE(txn->RollbackToSavepoint());
  CHECK(CodeOf(txn->PopSavepoint()) == "not found");
  REQUIRE(txn->Commit());
  CHECK(world.db.commits == std::vector<std::string>{"k=1"});
}

TEST_CASE("a conflict in a named table names it", "[tables]") {
  World world;
  const Txn txn = world.Begin(Isolation::kSnapshot);
  REQUIRE(txn->Put("k", "1", {.table = {7}}));
  world.db.failed = FailedCondition{.index = 0, .key = "k"};
  CHECK(Outcome(txn->Commit()) ==
        "conflict: transaction 1 conflicts at key \"k\" of table 7: another one wrote it after "
        "this one began; nothing was written");
}

TEST_CASE("a write to a table that isn't there is refused, and the transaction goes on",
          "[tables]") {
  World world;
  world.home->empty_value_deletes = [](TableRef table) -> Result<bool> {
    if (table.id != 0) return Error(ErrorCode::kNotFound, "no such table");
    return false;
  };
  const Txn txn = world.Begin(Isolation::kReadCommitted);
  CHECK(Outcome(txn->Put("k", "1", {.table = {7}})) == "not found: no such table");
  CHECK(Outcome(txn->Delete("k", {.table = {7}})) == "not found: no such table");
  REQUIRE(txn->Put("k", "1"));
  REQUIRE(txn->Commit());
  CHECK(world.db.commits == std::vector<std::string>{"k=1"});
}
}  // namespace
}  // namespace strata
