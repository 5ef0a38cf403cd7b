#include "isolation/version_order.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace strata::isolation {
namespace {

struct AppendSeen {
  Key key = 0;
  Value value = 0;
  TxnId txn = 0;
  bool last = true;     // Its transaction appends nothing more to the key.
  bool second = false;  // Its transaction appended `before` to the key first.
  Value before = 0;
  bool observed = false;
};

using List = std::vector<Value>;

std::string Name(TxnId txn) {
  return "T" + std::to_string(txn);
}

class Recovery {
 public:
  Recovery(const History& history, Report* report) : history_(history), report_(*report) {}

  VersionOrders Run() {
    IndexAppends();
    FindCommitted();
    for (Key key = 0; key < longest_.size(); ++key) OrderKey(key);
    for (const AppendSeen& append : appends_) {
      if (append.observed || !result_.committed[append.txn]) continue;
      result_.keys[append.key].unobserved.push_back({append.value, append.txn});
    }
    for (TxnId txn = 0; txn < history_.transactions.size(); ++txn) {
      if (result_.committed[txn]) JudgeReads(txn);
    }
    FindLostUpdates();
    return std::move(result_);
  }

 private:
  // --- who appended what ---

  void IndexAppends() {
    Key keys = 0;
    for (TxnId txn = 0; txn < history_.transactions.size(); ++txn) {
      const auto& operations = history_.transactions[txn].operations;
      for (std::size_t i = 0; i < operations.size(); ++i) {
        const Operation& op = operations[i];
        keys = std::max(keys, op.key + 1);
        if (!op.append) continue;
        const auto to_key = [&](const Operation& o) { return o.append && o.key == op.key; };
        const auto at = operations.begin() + static_cast<std::ptrdiff_t>(i);
        const auto before = std::find_if(std::make_reverse_iterator(at), operations.rend(), to_key);
        appends_.push_back({.key = op.key,
                            .value = op.value,
                            .txn = txn,
                            .last = std::none_of(at + 1, operations.end(), to_key),
                            .second = before != operations.rend(),
                            .before = before != operations.rend() ? before->value : 0});
      }
    }
    std::sort(appends_.begin(), appends_.end(), [](const AppendSeen& a, const AppendSeen& b) {
      return std::tie(a.key, a.value) < std::tie(b.key, b.value);
    });
    for (std::size_t i = 1; i < appends_.size(); ++i) {
      const AppendSeen& a = appends_[i - 1];
      if (a.key != appends_[i].key || a.value != appends_[i].value) continue;
      report_.Add(AnomalyKind::kDuplicateAppend, Name(a.txn) + " and " + Name(appends_[i].txn) +
                                                     " both append " + std::to_string(a.value) +
                                                     " to " + KeyName(a.key));
    }
    first_append_.assign(keys + 1, 0);
    for (const AppendSeen& append : appends_) ++first_append_[append.key + 1];
    for (Key key = 0; key < keys; ++key) first_append_[key + 1] += first_append_[key];
    longest_.assign(keys, nullptr);
    result_.keys.resize(keys);
  }

  AppendSeen* Find(Key key, Value value) {
    const auto begin = appends_.begin() + first_append_[key];
    const auto end = appends_.begin() + first_append_[key + 1];
    const auto found = std::lower_bound(
        begin, end, value, [](const AppendSeen& a, Value wanted) { return a.value < wanted; });
    return found == end || found->value != value ? nullptr : &*found;
  }

  // --- who committed ---

  void FindCommitted() {
    bool any_unknown = false;
    result_.committed.resize(history_.transactions.size());
    for (TxnId txn = 0; txn < history_.transactions.size(); ++txn) {
      const Outcome outcome = history_.transactions[txn].outcome;
      any_unknown = any_unknown || outcome == Outcome::kUnknown;
      if (outcome != Outcome::kOk) continue;
      result_.committed[txn] = true;
      TakeLongest(txn);
    }
    while (any_unknown && MarkObserved()) {
    }
    for (const bool committed : result_.committed) report_.transactions += committed ? 1 : 0;
  }

  void TakeLongest(TxnId txn) {
    for (const Operation& op : history_.transactions[txn].operations) {
      if (op.append) continue;
      const List*& longest = longest_[op.key];
      if (longest == nullptr || op.list.size() > longest->size()) longest = &op.list;
    }
  }

  // A transaction whose answer was lost, and whose append was read, did commit. True: some more.
  bool MarkObserved() {
    bool more = false;
    for (Key key = 0; key < longest_.size(); ++key) {
      if (longest_[key] == nullptr) continue;
      for (const Value value : *longest_[key]) {
        const AppendSeen* append = Find(key, value);
        if (append == nullptr || result_.committed[append->txn]) continue;
        if (history_.transactions[append->txn].outcome != Outcome::kUnknown) continue;
        result_.committed[append->txn] = true;
        TakeLongest(append->txn);
        more = true;
        break;  // The list may be another one now.
      }
    }
    return more;
  }

  // --- one key's order ---

  void OrderKey(Key key) {
    if (longest_[key] == nullptr) return;
    const std::string where = " in " + KeyName(key) + "=" + ListWords(*longest_[key]);
    auto& order = result_.keys[key].order;
    TxnId failed_before = kNobody;
    for (const Value value : *longest_[key]) {
      AppendSeen* append = Find(key, value);
      if (append == nullptr) {
        report_.Add(AnomalyKind::kGarbageRead,
                    "nobody appended the " + std::to_string(value) + where);
        order.push_back({value, kNobody});
        continue;
      }
      if (append->observed) {
        report_.Add(AnomalyKind::kDuplicateAppend, std::to_string(value) + " is twice" + where);
      }
      append->observed = true;
      if (append->second && !Find(key, append->before)->observed) {
        report_.Add(AnomalyKind::kInternal, "the " + std::to_string(append->before) + " of " +
                                                Name(append->txn) + " isn't before its " +
                                                std::to_string(value) + where);
      }
      const bool failed = !result_.committed[append->txn];
      if (failed) {
        report_.Add(AnomalyKind::kAbortedRead, "the " + std::to_string(value) + where + " is of " +
                                                   Name(append->txn) + ", which failed");
        failed_before = append->txn;
      } else if (failed_before != kNobody) {
        report_.Add(AnomalyKind::kDirtyUpdate, Name(append->txn) + " appended " +
                                                   std::to_string(value) + " on top of " +
                                                   Name(failed_before) + ", which failed," + where);
        failed_before = kNobody;
      }
      order.push_back({value, failed ? kNobody : append->txn});
    }
  }

  // --- one transaction's reads ---

  void JudgeReads(TxnId txn) {
    std::vector<const Operation*> own;
    for (const Operation& op : history_.transactions[txn].operations) {
      if (op.append) {
        own.push_back(&op);
      } else {
        JudgeRead(txn, op, own);
      }
    }
  }

  void JudgeRead(TxnId txn, const Operation& read, const std::vector<const Operation*>& own) {
    const std::string_view wrong = InternalMistake(read, own);
    if (!wrong.empty()) {
      report_.Add(AnomalyKind::kInternal,
                  std::string(wrong) + ": " + TransactionWords(history_, txn));
      return;
    }
    const List& longest = *longest_[read.key];
    if (!std::equal(read.list.begin(), read.list.end(), longest.begin())) {
      report_.Add(AnomalyKind::kIncompatibleOrder,
                  Name(txn) + " read " + KeyName(read.key) + "=" + ListWords(read.list) +
                      ", another transaction " + ListWords(longest));
      return;
    }
    const auto own_count = static_cast<std::uint32_t>(std::count_if(
        own.begin(), own.end(), [&](const Operation* op) { return op->key == read.key; }));
    const auto length = static_cast<std::uint32_t>(read.list.size()) - own_count;
    result_.reads.push_back({txn, read.key, length});
    if (length > 0) CheckIntermediate(txn, read, read.list[length - 1]);
  }

  // The list must end with what the transaction itself appended so far, and have it once.
  std::string_view InternalMistake(const Operation& read,
                                   const std::vector<const Operation*>& own) {
    auto at = read.list.rbegin();
    for (auto mine = own.rbegin(); mine != own.rend(); ++mine) {
      if ((*mine)->key != read.key) continue;
      if (at == read.list.rend() || *at != (*mine)->value) {
        return "a transaction doesn't see its own append at the end of a list";
      }
      ++at;
    }
    return {};
  }

  void CheckIntermediate(TxnId txn, const Operation& read, Value last) {
    const AppendSeen* append = Find(read.key, last);
    if (append == nullptr || append->last || append->txn == txn) return;
    report_.Add(AnomalyKind::kIntermediateRead,
                Name(txn) + " read " + KeyName(read.key) + "=" + ListWords(read.list) +
                    ", which ends in the middle of " + TransactionWords(history_, append->txn));
  }

  // --- lost updates ---

  void FindLostUpdates() {
    std::vector<ExternalRead> updates;  // Reads of keys that the reader appends to.
    for (const ExternalRead& read : result_.reads) {
      const auto& operations = history_.transactions[read.txn].operations;
      if (std::any_of(operations.begin(), operations.end(),
                      [&](const Operation& op) { return op.append && op.key == read.key; })) {
        updates.push_back(read);
      }
    }
    const auto fields = [](const ExternalRead& r) { return std::tie(r.key, r.length, r.txn); };
    std::sort(updates.begin(), updates.end(),
              [&](const ExternalRead& a, const ExternalRead& b) { return fields(a) < fields(b); });
    for (std::size_t i = 1; i < updates.size(); ++i) {
      const ExternalRead& a = updates[i - 1];
      const ExternalRead& b = updates[i];
      if (a.key != b.key || a.length != b.length || a.txn == b.txn) continue;
      report_.Add(AnomalyKind::kLostUpdate,
                  Name(a.txn) + " and " + Name(b.txn) + " both read the first " +
                      std::to_string(a.length) + " values of " + KeyName(a.key) +
                      " and both appended to it:\n  " + TransactionWords(history_, a.txn) + "\n  " +
                      TransactionWords(history_, b.txn));
    }
  }

  const History& history_;
  Report& report_;
  std::vector<AppendSeen> appends_;          // By key and value.
  std::vector<std::uint32_t> first_append_;  // Key -> its first in `appends_`.
  std::vector<const List*> longest_;
  VersionOrders result_;
};

}  // namespace

VersionOrders RecoverVersionOrders(const History& history, Report* report) {
  return Recovery(history, report).Run();
}

}  // namespace strata::isolation
