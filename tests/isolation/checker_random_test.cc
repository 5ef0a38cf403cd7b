// The checker against the definitions, and its speed.

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "io/clock.h"
#include "isolation/checker.h"
#include "isolation/oracle.h"
#include "isolation/random_history.h"
#include "testing/ledger.h"

namespace strata::isolation {
namespace {

using testing::HasOnlySeed;
using testing::Ledger;
using testing::OnlySeed;
using testing::Scaled;

std::string Words(const History& history) {
  std::string words;
  for (TxnId txn = 0; txn < history.transactions.size(); ++txn) {
    const Transaction& t = history.transactions[txn];
    words += "\n  " + TransactionWords(history, txn) + "  from " + std::to_string(t.invoked) +
             " to " + std::to_string(t.completed) + ", outcome " +
             std::to_string(static_cast<int>(t.outcome));
  }
  return words;
}

// Some key has appends of several transactions that nobody read, so their order isn't known.
bool SomethingIsUnread(const History& history) {
  std::map<std::pair<Key, Value>, TxnId> unread;
  for (TxnId txn = 0; txn < history.transactions.size(); ++txn) {
    for (const Operation& op : history.transactions[txn].operations) {
      if (op.append) unread[{op.key, op.value}] = txn;
    }
  }
  for (const Transaction& txn : history.transactions) {
    for (const Operation& op : txn.operations) {
      for (const Value value : op.list) unread.erase({op.key, value});
    }
  }
  std::map<Key, std::set<TxnId>> writers;
  for (const auto& [append, txn] : unread) writers[append.first].insert(txn);
  return std::any_of(writers.begin(), writers.end(),
                     [](const auto& of_key) { return of_key.second.size() > 1; });
}

void Compare(const History& history, std::uint64_t seed, Ledger* ledger) {
  const Report report = Check(history);
  const bool unread = SomethingIsUnread(history);
  for (const Level level : kLevels) {
    const bool allowed = OracleAllows(history, level);
    ledger->Add(allowed ? "allowed" : "forbidden");
    const bool snapshots = level == Level::kSnapshot || level == Level::kStrongSnapshot;
    if (report.Holds(level) == allowed) continue;
    if (snapshots && unread && report.Holds(level)) {
      ledger->Add("not_seen_for_want_of_reads");
      continue;
    }
    FAIL_CHECK("seed " << seed << ", " << LevelName(level) << ": the oracle says "
                       << (allowed ? "yes" : "no") << ", the checker found \"" << report.Names()
                       << "\"" << Words(history));
  }
}

TEST_CASE("the checker agrees with trying every order of a few transactions",
          "[transactions][long]") {
  Ledger ledger("isolation checker against the oracle");
  constexpr std::uint64_t kHistories = 60'000;
  const std::uint64_t first = HasOnlySeed() ? OnlySeed() : 1;
  const std::uint64_t last = HasOnlySeed() ? OnlySeed() : Scaled(kHistories);
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    Random random(seed);
    Compare(DrawHistory(random), seed, &ledger);
    ledger.Add("histories");
  }
  CHECK(ledger.Shortfall("histories", kHistories) == "");
  CHECK(ledger.Shortfall("allowed", kHistories) == "");
  CHECK(ledger.Shortfall("forbidden", kHistories / 2) == "");
}

TEST_CASE("a long history is checked fast, and one wrong read in it is found",
          "[transactions][long]") {
  Ledger ledger("isolation checker's speed");
  const auto transactions = static_cast<std::uint32_t>(Scaled(200'000));
  Random random(5);
  History history = DrawStrictHistory(random, transactions, 16, 40);
  const std::uint64_t start = RealClock().NowMicros();
  const Report report = Check(history);
  const std::uint64_t micros = RealClock().NowMicros() - start + 1;
  CHECK(report.Names().empty());
  CHECK(report.transactions == transactions);
  ledger.Add("transactions", report.transactions);
  ledger.Add("dependencies", report.edges);
  ledger.Add("transactions_per_second", report.transactions * 1'000'000 / micros);

  // A read forgets the last value of its list.
  for (std::uint32_t i = transactions / 2;; ++i) {
    for (Operation& op : history.transactions[i].operations) {
      if (op.append || op.list.size() < 20) continue;
      op.list.resize(op.list.size() - 19);
      i = transactions;
      break;
    }
    if (i >= transactions) break;
  }
  const Report spoilt = Check(history);
  CHECK_FALSE(spoilt.Holds(Level::kStrictSerializable));
}

}  // namespace
}  // namespace strata::isolation
