// Transactions on real threads: money moved to and fro is never made or lost, and a counter that
// many raise ends exact.

#include <catch2/catch.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/random.h"
#include "io/environment.h"
#include "io/memory_file_system.h"
#include "strata/db.h"

namespace strata {
namespace {

struct ThreadedStore {
  ThreadedStore() {
    Options options;
    options.environment = &environment;
    options.sync = SyncMode::kNone;
    options.memtable_bytes = 32 << 10;
    db = *DB::Open(options, "db");
  }

  std::unique_ptr<MemoryFileSystem> disk = NewMemoryFileSystem();
  std::unique_ptr<Executor> executor = NewThreadExecutor(1, 2, RealClock());
  Environment environment{.files = disk.get(),
                          .clock = &RealClock(),
                          .executor = executor.get(),
                          .entropy = SeededEntropy(7)};
  std::unique_ptr<DB> db;
};

bool IsConflict(const Error& error) {
  return error.code() == ErrorCode::kConflict || error.code() == ErrorCode::kDeadlock ||
         error.code() == ErrorCode::kTimedOut;
}

// Moves one from one account to another. False: begin again.
Status Transfer(DB& db, const TransactionOptions& options, const std::string& from,
                const std::string& to) {
  STRATA_TRY_ASSIGN(const auto txn, db.Begin(options));
  std::string a;
  std::string b;
  STRATA_TRY(txn->Get(from, &a));
  STRATA_TRY(txn->Get(to, &b));
  STRATA_TRY(txn->Put(from, std::to_string(std::stoi(a) - 1)));
  STRATA_TRY(txn->Put(to, std::to_string(std::stoi(b) + 1)));
  STRATA_TRY(txn->Commit());
  return {};
}

Result<int> Sum(DB& db, const TransactionOptions& options) {
  STRATA_TRY_ASSIGN(const auto txn, db.Begin(options));
  int sum = 0;
  STRATA_TRY_ASSIGN(const auto iterator, txn->NewIterator({.prefix = "acct"}));
  for (Status moved = iterator->SeekToFirst();; moved = iterator->Next()) {
    STRATA_TRY(moved);
    if (!iterator->Valid()) break;
    sum += std::stoi(std::string(iterator->value()));
  }
  STRATA_TRY(txn->Commit());
  return sum;
}

TEST_CASE("money moved by many threads is neither made nor lost", "[transactions][concurrency]") {
  const auto concurrency = GENERATE(Concurrency::kOptimistic, Concurrency::kPessimistic);
  constexpr int kAccounts = 6;
  constexpr int kThreads = 4;
  constexpr int kTransfers = 60;
  ThreadedStore store;
  for (int i = 0; i < kAccounts; ++i) REQUIRE(store.db->Put("acct" + std::to_string(i), "100"));
  const TransactionOptions options{.concurrency = concurrency, .lock_timeout_ms = 5'000};
  std::atomic<int> wrong{0};
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      Random random(static_cast<std::uint64_t>(thread) + 1);
      for (int done = 0; done < kTransfers;) {
        const auto from = random.Uniform(kAccounts);
        const auto to = (from + 1 + random.Uniform(kAccounts - 1)) % kAccounts;
        const Status moved = Transfer(*store.db, options, "acct" + std::to_string(from),
                                      "acct" + std::to_string(to));
        if (moved) ++done;
        if (!moved && !IsConflict(moved.error())) {
          ++wrong;
          return;
        }
      }
    });
  }
  std::thread auditor([&] {
    while (!stop) {
      const auto sum = Sum(*store.db, {});
      if (!sum || *sum != kAccounts * 100) ++wrong;
    }
  });
  for (std::thread& thread : threads) thread.join();
  stop = true;
  auditor.join();
  CHECK(wrong == 0);
  CHECK(*Sum(*store.db, {}) == kAccounts * 100);
  CHECK(store.db->Stats().snapshots == 0);
}

TEST_CASE("with locks a counter that many threads raise takes no retry",
          "[transactions][concurrency]") {
  ThreadedStore store;
  REQUIRE(store.db->Put("n", "0"));
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        const auto txn =
            store.db->Begin({.concurrency = Concurrency::kPessimistic, .lock_timeout_ms = 60'000});
        std::string n;
        if (!txn || !(*txn)->GetForUpdate("n", &n) ||
            !(*txn)->Put("n", std::to_string(std::stoi(n) + 1)) || !(*txn)->Commit()) {
          ++failures;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(failures == 0);
  CHECK((*store.db->GetEntry("n"))->value == "200");
}

}  // namespace
}  // namespace strata
