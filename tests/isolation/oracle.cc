#include "isolation/oracle.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/check.h"

namespace strata::isolation {
namespace {

using List = std::vector<Value>;
using State = std::map<Key, List>;
using Chosen = std::vector<const Transaction*>;

bool Precedes(const Transaction& a, const Transaction& b) {
  return a.outcome == Outcome::kOk && a.completed < b.invoked;
}

// Carries a transaction out on `state`; false when it read something else.
bool CarryOut(const Transaction& txn, State* state) {
  for (const Operation& op : txn.operations) {
    List& list = (*state)[op.key];
    if (op.append) list.push_back(op.value);
    if (!op.append && list != op.list) return false;
  }
  return true;
}

void AppendAll(const Transaction& txn, State* state) {
  for (const Operation& op : txn.operations) {
    if (op.append) (*state)[op.key].push_back(op.value);
  }
}

class Search {
 public:
  Search(Chosen txns, Level level)
      : txns_(std::move(txns)),
        level_(level),
        phase_(txns_.size(), level == Level::kReadCommitted ? 1 : 0),
        began_(txns_.size()) {}

  bool Run() { return Serial() ? NextSerial() : NextMoment(); }

 private:
  bool Serial() const {
    return level_ == Level::kSerializable || level_ == Level::kStrictSerializable;
  }

  // All that must come before `txn` in time have come.
  bool MayBegin(const Transaction& txn) const {
    for (std::size_t i = 0; i < txns_.size(); ++i) {
      if (phase_[i] != 2 && txns_[i] != &txn && Precedes(*txns_[i], txn)) return false;
    }
    return true;
  }

  bool AllDone() const {
    return std::all_of(phase_.begin(), phase_.end(), [](int phase) { return phase == 2; });
  }

  // Strict or not: one transaction after the other.
  bool NextSerial() {
    if (AllDone()) return true;
    for (std::size_t i = 0; i < txns_.size(); ++i) {
      if (phase_[i] == 2) continue;
      if (level_ == Level::kStrictSerializable && !MayBegin(*txns_[i])) continue;
      const State before = state_;
      phase_[i] = 2;
      if (CarryOut(*txns_[i], &state_) && NextSerial()) return true;
      phase_[i] = 0;
      state_ = before;
    }
    return false;
  }

  // Snapshots and commits in every order; at read committed commits alone.
  bool NextMoment() {
    if (AllDone()) return true;
    for (std::size_t i = 0; i < txns_.size(); ++i) {
      if (phase_[i] == 0 && Begin(i)) return true;
      if (phase_[i] == 1 && Commit(i)) return true;
    }
    return false;
  }

  bool Begin(std::size_t i) {
    if (level_ == Level::kStrongSnapshot && !MayBegin(*txns_[i])) return false;
    if (level_ != Level::kReadCommitted) {
      State snapshot = state_;
      if (!CarryOut(*txns_[i], &snapshot)) return false;
    }
    began_[i] = state_;
    phase_[i] = 1;
    if (NextMoment()) return true;
    phase_[i] = 0;
    return false;
  }

  bool Commit(std::size_t i) {
    if (level_ == Level::kReadCommitted ? !SawCommitted(*txns_[i]) : Overwrites(i)) return false;
    const State before = state_;
    AppendAll(*txns_[i], &state_);
    phase_[i] = 2;
    if (NextMoment()) return true;
    phase_[i] = 1;
    state_ = before;
    return false;
  }

  // The first committer wins: another one's append came since the snapshot.
  bool Overwrites(std::size_t i) {
    return std::any_of(
        txns_[i]->operations.begin(), txns_[i]->operations.end(),
        [&](const Operation& op) { return op.append && state_[op.key] != began_[i][op.key]; });
  }

  // Each read shows what was committed at some moment, or, when the transaction has appended to the
  // list before, what is committed now, with its own appends behind it.
  bool SawCommitted(const Transaction& txn) {
    State own;
    for (const Operation& op : txn.operations) {
      if (op.append) {
        own[op.key].push_back(op.value);
      } else if (!SawCommitted(op, own[op.key])) {
        return false;
      }
    }
    return true;
  }

  bool SawCommitted(const Operation& read, const List& own) {
    if (read.list.size() < own.size()) return false;
    const auto cut = read.list.end() - static_cast<std::ptrdiff_t>(own.size());
    if (!std::equal(cut, read.list.end(), own.begin())) return false;
    const List& now = state_[read.key];
    const auto length = static_cast<std::size_t>(cut - read.list.begin());
    if (length > now.size() || !std::equal(read.list.begin(), cut, now.begin())) return false;
    if (!own.empty() && length != now.size()) return false;
    return length == 0 || EndsTransaction(read.key, read.list[length - 1]);
  }

  // No transaction's appends to the key are cut in two behind `value`.
  bool EndsTransaction(Key key, Value value) const {
    for (const Transaction* txn : txns_) {
      List appends;
      for (const Operation& op : txn->operations) {
        if (op.append && op.key == key) appends.push_back(op.value);
      }
      if (std::find(appends.begin(), appends.end(), value) != appends.end()) {
        return appends.back() == value;
      }
    }
    return false;
  }

  const Chosen txns_;
  const Level level_;
  std::vector<int> phase_;  // 0: to come, 1: began, 2: done.
  std::vector<State> began_;
  State state_;
};

}  // namespace

bool OracleAllows(const History& history, Level level) {
  STRATA_CHECK(history.transactions.size() <= 6);
  std::vector<const Transaction*> unknown;
  Chosen sure;
  for (const Transaction& txn : history.transactions) {
    if (txn.outcome == Outcome::kOk) sure.push_back(&txn);
    if (txn.outcome == Outcome::kUnknown) unknown.push_back(&txn);
  }
  for (unsigned subset = 0; subset < 1U << unknown.size(); ++subset) {
    Chosen chosen = sure;
    for (std::size_t i = 0; i < unknown.size(); ++i) {
      if ((subset >> i & 1) != 0) chosen.push_back(unknown[i]);
    }
    if (Search(std::move(chosen), level).Run()) return true;
  }
  return false;
}

}  // namespace strata::isolation
