#include "isolation/dependencies.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

namespace strata::isolation {
namespace {

class Finder {
 public:
  Finder(const History& history, const VersionOrders& orders)
      : history_(history), orders_(orders) {}

  std::vector<Edge> Run() {
    for (Key key = 0; key < orders_.keys.size(); ++key) AddWriteWrite(key);
    for (const ExternalRead& read : orders_.reads) AddOfRead(read);
    AddOfTime();
    return std::move(edges_);
  }

 private:
  void Add(TxnId from, TxnId to, EdgeKind kind, Key key, Value value) {
    if (from == to || from == kNobody || to == kNobody) return;
    edges_.push_back({from, to, kind, key, value});
  }

  void AddWriteWrite(Key key) {
    const KeyVersions& versions = orders_.keys[key];
    TxnId before = kNobody;
    for (const Version& version : versions.order) {
      Add(before, version.writer, EdgeKind::kWriteWrite, key, version.value);
      before = version.writer;
    }
    for (const Version& late : versions.unobserved) {
      Add(before, late.writer, EdgeKind::kWriteWrite, key, late.value);
    }
  }

  void AddOfRead(const ExternalRead& read) {
    const KeyVersions& versions = orders_.keys[read.key];
    if (read.length > 0) {
      const Version& last = versions.order[read.length - 1];
      Add(last.writer, read.txn, EdgeKind::kWriteRead, read.key, last.value);
    }
    if (read.length < versions.order.size()) {
      const Version& next = versions.order[read.length];
      Add(read.txn, next.writer, EdgeKind::kReadWrite, read.key, next.value);
      return;
    }
    for (const Version& late : versions.unobserved) {
      Add(read.txn, late.writer, EdgeKind::kReadWrite, read.key, late.value);
    }
  }

  struct Moment {
    std::uint64_t time;
    bool completion;  // Of two things at one time the invocation counts as first: they overlap.
    TxnId txn;
  };

  // Walks through time with the transactions that have ended, without those that precede another
  // one of them: what begins now comes after all of these.
  void AddOfTime() {
    std::vector<TxnId> ended;
    std::unordered_map<std::uint32_t, TxnId> last_of_process;
    for (const Moment& moment : Moments()) {
      const Transaction& txn = history_.transactions[moment.txn];
      if (moment.completion) {
        std::erase_if(ended, [&](TxnId earlier) {
          return history_.transactions[earlier].completed < txn.invoked;
        });
        ended.push_back(moment.txn);
        continue;
      }
      for (const TxnId earlier : ended) {
        if (history_.transactions[earlier].completed == txn.invoked) continue;
        Add(earlier, moment.txn, EdgeKind::kRealtime, 0, 0);
      }
      const auto [before, is_first] = last_of_process.try_emplace(txn.process, moment.txn);
      if (is_first) continue;
      Add(before->second, moment.txn, EdgeKind::kProcess, 0, 0);
      before->second = moment.txn;
    }
  }

  std::vector<Moment> Moments() const {
    std::vector<Moment> moments;
    moments.reserve(2 * history_.transactions.size());
    for (TxnId txn = 0; txn < history_.transactions.size(); ++txn) {
      if (!orders_.committed[txn]) continue;
      const Transaction& transaction = history_.transactions[txn];
      moments.push_back({transaction.invoked, false, txn});
      if (transaction.outcome == Outcome::kOk && transaction.completed != kNever) {
        moments.push_back({transaction.completed, true, txn});
      }
    }
    const auto earlier = [](const Moment& a, const Moment& b) {
      return std::tie(a.time, a.completion, a.txn) < std::tie(b.time, b.completion, b.txn);
    };
    if (!std::is_sorted(moments.begin(), moments.end(), earlier)) {
      std::sort(moments.begin(), moments.end(), earlier);
    }
    return moments;
  }

  const History& history_;
  const VersionOrders& orders_;
  std::vector<Edge> edges_;
};

}  // namespace

std::vector<Edge> FindDependencies(const History& history, const VersionOrders& orders) {
  return Finder(history, orders).Run();
}

}  // namespace strata::isolation
