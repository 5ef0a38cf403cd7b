#include "check/oracle.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace strata::check {
namespace {

// An operation, or that a value expires which clause `expires` of an operation wrote.
struct Event {
  const Operation* op = nullptr;
  const Clause* expires = nullptr;
  std::uint64_t from = 0;
  std::uint64_t to = kNever;
  bool must_happen = true;
};

struct Cell {
  std::string value;
  const Clause* writer = nullptr;
};
using Store = std::map<std::string, Cell>;

class Oracle {
 public:
  explicit Oracle(const History& history) {
    for (const Operation& op : history) {
      if (op.outcome == Outcome::kFailed) continue;
      const bool sure = op.outcome != Outcome::kUnknown;
      events_.push_back({&op, nullptr, op.invoked, op.returned, sure});
      if (op.outcome == Outcome::kRefused) continue;
      for (const Clause& c : op.clauses) {
        if (c.expires_from == kNever) continue;
        events_.push_back({&op, &c, c.expires_from, sure ? c.expires_to : kNever, sure});
      }
    }
    used_.resize(events_.size());
  }

  // Some order of the events that aren't used is right from this store on.
  bool Any(const Store& store) {
    if (AllHappened()) return true;
    for (std::size_t i = 0; i < events_.size(); ++i) {
      if (used_[i] || !MayBeNext(i)) continue;
      Store next = store;
      if (!Happen(events_[i], &next)) continue;
      used_[i] = true;
      const bool found = Any(next);
      used_[i] = false;
      if (found) return true;
    }
    return false;
  }

 private:
  bool AllHappened() const {
    for (std::size_t i = 0; i < events_.size(); ++i) {
      if (!used_[i] && events_[i].must_happen) return false;
    }
    return true;
  }

  bool MayBeNext(std::size_t i) const {
    for (std::size_t j = 0; j < events_.size(); ++j) {
      const bool is_its_write = events_[i].expires != nullptr && events_[j].op == events_[i].op &&
                                events_[j].expires == nullptr;
      if (is_its_write && !used_[j]) return false;
      if (!used_[j] && events_[j].must_happen && events_[j].to < events_[i].from) return false;
    }
    return true;
  }

  static Value ValueIn(const Store& store, const std::string& key) {
    const auto at = store.find(key);
    return at == store.end() ? Value() : Value(at->second.value);
  }

  static bool Happen(const Event& event, Store* store) {
    if (event.expires != nullptr) {
      const auto at = store->find(event.expires->key);
      if (at != store->end() && at->second.writer == event.expires) store->erase(at);
      return true;
    }
    const Operation& op = *event.op;
    bool holds = true;
    for (const Clause& c : op.clauses) {
      const bool same = ValueIn(*store, c.key) == c.value;
      if (c.kind == Clause::Kind::kGet && op.outcome != Outcome::kUnknown && !same) return false;
      if (c.kind == Clause::Kind::kIf && !same) holds = false;
    }
    if (op.outcome == Outcome::kRefused) return !holds;
    if (!holds) return op.outcome == Outcome::kUnknown;
    for (const Clause& c : op.clauses) {
      if (c.kind != Clause::Kind::kSet) continue;
      store->erase(c.key);
      if (c.value) store->emplace(c.key, Cell{*c.value, &c});
    }
    return true;
  }

  std::vector<Event> events_;
  std::vector<bool> used_;
};

}  // namespace

bool OracleAllows(const History& history) {
  return Oracle(history).Any({});
}

}  // namespace strata::check
