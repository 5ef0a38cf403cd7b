#include "isolation/random_history.h"

#include <algorithm>
#include <map>

namespace strata::isolation {
namespace {

class Drawing {
 public:
  explicit Drawing(Random& random) : random_(random), keys_(random.OneIn(2) ? 2 : 3) {}

  History Draw() {
    const std::uint64_t count = random_.Between(1, 4);
    for (std::uint64_t i = 0; i < count; ++i) DrawTransaction();
    DrawOrders();
    const bool final_read = random_.OneIn(2);
    if (final_read) AddFinalRead();
    for (Transaction& txn : history_.transactions) FillReads(&txn);
    if (final_read && !random_.OneIn(8)) {
      for (Operation& op : history_.transactions.back().operations) op.list = orders_[op.key];
    }
    return std::move(history_);
  }

 private:
  void DrawTransaction() {
    Transaction txn;
    txn.process = static_cast<std::uint32_t>(history_.transactions.size());
    txn.invoked = random_.Uniform(8);
    txn.completed = txn.invoked + random_.Between(1, 6);
    txn.outcome = random_.OneIn(12)   ? Outcome::kFail
                  : random_.OneIn(12) ? Outcome::kUnknown
                                      : Outcome::kOk;
    for (std::uint64_t i = random_.Between(1, 3); i > 0; --i) {
      const Key key = static_cast<Key>(random_.Uniform(keys_));
      txn.operations.push_back(random_.OneIn(2) ? Append(key, ++last_value_) : Read(key, {}));
    }
    history_.transactions.push_back(std::move(txn));
  }

  // For each key some order of its appends: mostly whole transactions, and without the failed ones.
  void DrawOrders() {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < history_.transactions.size(); ++i) order.push_back(i);
    Shuffle(&order);
    for (Key key = 0; key < keys_; ++key) {
      if (random_.OneIn(3)) Shuffle(&order);
      std::vector<Value>& values = orders_[key];
      for (const std::size_t i : order) {
        const Transaction& txn = history_.transactions[i];
        if (txn.outcome == Outcome::kFail && !random_.OneIn(10)) continue;
        if (txn.outcome == Outcome::kUnknown && random_.OneIn(2)) continue;
        for (const Operation& op : txn.operations) {
          if (op.append && op.key == key) values.push_back(op.value);
        }
      }
      if (random_.OneIn(20)) Shuffle(&values);
      if (random_.OneIn(40) && !values.empty()) values.pop_back();
    }
  }

  void AddFinalRead() {
    Transaction txn{.process = 9, .invoked = 50, .completed = 51, .operations = {}};
    for (Key key = 0; key < keys_; ++key) txn.operations.push_back(Read(key, {}));
    history_.transactions.push_back(std::move(txn));
  }

  // A beginning of the key's order, mostly of one length per transaction and key, and its own.
  void FillReads(Transaction* txn) {
    std::map<Key, std::vector<Value>> own;
    std::map<Key, std::size_t> length;
    for (Operation& op : txn->operations) {
      if (op.append) {
        own[op.key].push_back(op.value);
        continue;
      }
      const std::vector<Value>& order = orders_[op.key];
      const std::size_t own_at = FirstOwn(*txn, op.key, order);
      if (!length.contains(op.key) || random_.OneIn(20)) {
        length[op.key] = random_.OneIn(3) ? own_at : random_.Uniform(own_at + 1);
      }
      op.list.assign(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(length[op.key]));
      if (random_.OneIn(60)) continue;
      op.list.insert(op.list.end(), own[op.key].begin(), own[op.key].end());
    }
  }

  static std::size_t FirstOwn(const Transaction& txn, Key key, const std::vector<Value>& order) {
    const auto own = std::find_if(order.begin(), order.end(), [&](Value value) {
      return std::any_of(txn.operations.begin(), txn.operations.end(), [&](const Operation& op) {
        return op.append && op.key == key && op.value == value;
      });
    });
    return static_cast<std::size_t>(own - order.begin());
  }

  template <typename T>
  void Shuffle(std::vector<T>* items) {
    for (std::size_t i = items->size(); i > 1; --i) {
      std::swap((*items)[i - 1], (*items)[random_.Uniform(i)]);
    }
  }

  Random& random_;
  const std::uint64_t keys_;
  Value last_value_ = 0;
  std::map<Key, std::vector<Value>> orders_;
  History history_;
};

}  // namespace

History DrawHistory(Random& random) {
  return Drawing(random).Draw();
}

History DrawStrictHistory(Random& random, std::uint32_t transactions, std::uint32_t clients,
                          std::uint32_t list_max) {
  constexpr std::uint32_t kKeysAtATime = 10;
  History history;
  std::vector<std::vector<Value>> lists(kKeysAtATime);
  std::vector<Key> keys(kKeysAtATime);
  Key next_key = 0;
  for (Key& key : keys) key = next_key++;
  for (std::uint32_t i = 0; i < transactions; ++i) {
    // Client i % clients: begins while the others' transactions are under way.
    Transaction txn{.process = i % clients,
                    .invoked = 2ULL * i,
                    .completed = 2ULL * (i + clients) - 1,
                    .operations = {}};
    for (std::uint64_t op = random.Between(2, 4); op > 0; --op) {
      const std::uint64_t slot = random.Uniform(kKeysAtATime);
      if (lists[slot].size() == list_max) {
        lists[slot].clear();
        keys[slot] = next_key++;
      }
      if (random.OneIn(2)) {
        lists[slot].push_back(static_cast<Value>(lists[slot].size() + 1));
        txn.operations.push_back(Append(keys[slot], lists[slot].back()));
      } else {
        txn.operations.push_back(Read(keys[slot], lists[slot]));
      }
    }
    history.transactions.push_back(std::move(txn));
  }
  return history;
}

}  // namespace strata::isolation
