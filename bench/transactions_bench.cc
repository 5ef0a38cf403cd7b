// Lesson transactions: how many transactions are in vain, from many keys to few, with checks at the
// commit, with locks, and with locks taken in one order. And write skew, shown and gone. Eight
// clients take turns in one thread, so that the counts are the same everywhere. The counts are
// asserted.

#include <algorithm>
#include <benchmark/benchmark.h>
#include <string>
#include <vector>

#include "base/random.h"
#include "bench_store.h"
#include "strata/transaction.h"

namespace strata {
namespace {

constexpr int kClients = 8;
constexpr std::uint64_t kKeysOfOne = 4;  // Each transaction counts up so many counters.
constexpr int kTurns = 20'000;
constexpr int kPatience = 200;  // Turns to wait for locks that may be a deadlock.

enum class Manner : std::uint8_t { kOptimistic, kLocks, kOrderedLocks };

Options QuickStore() {
  Options options;
  options.sync = SyncMode::kNone;
  return options;
}

std::string KeyOf(std::uint64_t number) {
  return "counter" + std::to_string(number);
}

struct Totals {
  std::uint64_t attempts = 0;
  std::uint64_t aborted = 0;
  std::uint64_t conflicts = 0;  // Of these, found by the check at the commit.
  std::uint64_t waits = 0;      // Turns spent waiting for a lock.
};

class Client {
 public:
  Client(DB& db, Manner manner, std::uint64_t keys, std::uint64_t seed, Totals& totals)
      : db_(db), manner_(manner), key_count_(keys), random_(seed), totals_(totals) {}

  // Begins, counts one counter up, or commits.
  Status TakeTurn() {
    if (txn_ == nullptr) return Begin();
    if (next_ < keys_.size()) return CountUp();
    const auto committed = txn_->Commit();
    txn_.reset();
    if (committed) return {};
    if (committed.error().code() != ErrorCode::kConflict) return committed.error();
    ++totals_.aborted;
    ++totals_.conflicts;
    return {};
  }

 private:
  Status Begin() {
    keys_.clear();
    while (keys_.size() < kKeysOfOne) {
      const std::uint64_t key = random_.Uniform(key_count_);
      if (std::find(keys_.begin(), keys_.end(), key) == keys_.end()) keys_.push_back(key);
    }
    if (manner_ == Manner::kOrderedLocks) std::sort(keys_.begin(), keys_.end());
    next_ = 0;
    patience_ = kPatience;
    ++totals_.attempts;
    TransactionOptions options;
    options.lock_timeout_ms = 0;  // Nobody else runs while this thread waits.
    if (manner_ != Manner::kOptimistic) options.concurrency = Concurrency::kPessimistic;
    STRATA_TRY_ASSIGN(txn_, db_.Begin(options));
    return {};
  }

  Status CountUp() {
    const std::string key = KeyOf(keys_[next_]);
    std::string value;
    const auto found = txn_->GetForUpdate(key, &value);
    if (!found) return Wait(found.error());
    STRATA_TRY(txn_->Put(key, std::to_string(*found ? std::stoull(value) + 1 : 1)));
    ++next_;
    return {};
  }

  Status Wait(const Error& error) {
    if (error.code() != ErrorCode::kTimedOut) return error;
    ++totals_.waits;
    if (manner_ == Manner::kOrderedLocks || --patience_ > 0) return {};
    ++totals_.aborted;
    txn_.reset();
    return {};
  }

  DB& db_;
  const Manner manner_;
  const std::uint64_t key_count_;
  Random random_;
  Totals& totals_;
  std::unique_ptr<Transaction> txn_;
  std::vector<std::uint64_t> keys_;
  std::size_t next_ = 0;
  int patience_ = 0;
};

Result<Totals> TakeTurns(DB& db, Manner manner, std::uint64_t keys) {
  Totals totals;
  std::vector<Client> clients;
  for (std::uint64_t i = 0; i < kClients; ++i) clients.emplace_back(db, manner, keys, i, totals);
  Random random(16);
  for (int turn = 0; turn < kTurns; ++turn) {
    STRATA_TRY(clients[random.Uniform(kClients)].TakeTurn());
  }
  return totals;
}

// Of a hundred attempts at least so many and at most so many are in vain.
void BM_Contention(benchmark::State& state, Manner manner) {
  const auto keys = static_cast<std::uint64_t>(state.range(0));
  const auto aborted_min = static_cast<double>(state.range(1));
  const auto aborted_max = static_cast<double>(state.range(2));
  for (auto _ : state) {
    testing::BenchStore store(QuickStore());
    const auto totals = TakeTurns(*store.operator->(), manner, keys);
    if (!totals) return state.SkipWithError(totals.error().message().c_str());
    const auto attempts = static_cast<double>(totals->attempts);
    const double aborted = 100 * static_cast<double>(totals->aborted) / attempts;
    state.counters["aborted_percent"] = aborted;
    state.counters["conflicts"] = static_cast<double>(totals->conflicts);
    state.counters["waits_per_txn"] = static_cast<double>(totals->waits) / attempts;
    if (aborted < aborted_min || aborted > aborted_max) {
      state.SkipWithError("more or fewer transactions in vain than there should be");
    }
    if (manner != Manner::kOptimistic && totals->conflicts > 0) {
      state.SkipWithError("a conflict although everybody takes locks");
    }
    state.SetItemsProcessed(kTurns);
  }
}

// Two doctors on call, and both go home: each reads both rows and deletes her own.
Result<bool> BothGoHome(DB& db, Isolation isolation, std::uint64_t shift) {
  const std::string rows[] = {"call/" + std::to_string(shift) + "/a",
                              "call/" + std::to_string(shift) + "/b"};
  for (const std::string& row : rows) STRATA_TRY(db.Put(row, "on call"));
  TransactionOptions options;
  options.isolation = isolation;
  std::unique_ptr<Transaction> doctors[2];
  for (auto& doctor : doctors) {
    STRATA_TRY_ASSIGN(doctor, db.Begin(options));
  }
  std::string value;
  for (std::size_t i = 0; i < 2; ++i) {
    STRATA_TRY_ASSIGN(const bool other_is_there, doctors[i]->Get(rows[1 - i], &value));
    if (other_is_there) STRATA_TRY(doctors[i]->Delete(rows[i]));
  }
  int gone = 0;
  for (auto& doctor : doctors) {
    if (doctor->Commit()) ++gone;
  }
  return gone == 2;
}

void BM_WriteSkew(benchmark::State& state, Isolation isolation, bool expected) {
  constexpr std::uint64_t kShifts = 1000;
  for (auto _ : state) {
    testing::BenchStore store(QuickStore());
    std::uint64_t skews = 0;
    for (std::uint64_t shift = 0; shift < kShifts; ++shift) {
      const auto skew = BothGoHome(*store.operator->(), isolation, shift);
      if (!skew) return state.SkipWithError(skew.error().message().c_str());
      skews += *skew ? 1 : 0;
    }
    state.counters["shifts_with_nobody"] = static_cast<double>(skews);
    if (skews != (expected ? kShifts : 0)) state.SkipWithError("not what the level promises");
  }
}

BENCHMARK_CAPTURE(BM_Contention, optimistic, Manner::kOptimistic)
    ->ArgNames({"keys", "min", "max"})
    ->Args({10, 60, 95})
    ->Args({100, 30, 60})
    ->Args({1000, 4, 14})
    ->Args({10000, 0, 2})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);
BENCHMARK_CAPTURE(BM_Contention, locks, Manner::kLocks)
    ->ArgNames({"keys", "min", "max"})
    ->Args({10, 30, 95})
    ->Args({100, 0, 30})
    ->Args({1000, 0, 2})
    ->Args({10000, 0, 0})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);
BENCHMARK_CAPTURE(BM_Contention, ordered_locks, Manner::kOrderedLocks)
    ->ArgNames({"keys", "min", "max"})
    ->Args({10, 0, 0})
    ->Args({100, 0, 0})
    ->Args({1000, 0, 0})
    ->Args({10000, 0, 0})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);
BENCHMARK_CAPTURE(BM_WriteSkew, snapshot, Isolation::kSnapshot, true)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);
BENCHMARK_CAPTURE(BM_WriteSkew, serializable, Isolation::kSerializable, false)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);

}  // namespace
}  // namespace strata
