#include "check/random_history.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace strata::check {
namespace {

bool Chance(std::uint64_t one_in, Random& random) {
  return one_in > 0 && random.OneIn(one_in);
}

// When something happens to the store.
struct Moment {
  std::uint64_t at = 0;
  std::uint64_t tie = 0;
  std::size_t operation = 0;
  bool expires = false;  // What it wrote does.

  auto Fields() const { return std::tie(at, tie, operation, expires); }
  bool operator<(const Moment& other) const { return Fields() < other.Fields(); }
};

class Maker {
 public:
  Maker(const RandomHistoryOptions& options, Random& random) : options_(options), random_(random) {}

  History Make() {
    std::vector<std::uint64_t> free_at(options_.clients, 0);
    for (std::uint64_t i = 0; i < options_.operations; ++i) {
      const std::uint64_t client = random_.Uniform(options_.clients);
      Operation op{.client = client};
      op.invoked = free_at[client] + random_.Uniform(options_.span / 2 + 1);
      const std::uint64_t end = op.invoked + 1 + random_.Uniform(options_.span);
      free_at[client] = end + 1;
      Decide(&op, end);
      history_.push_back(std::move(op));
    }
    std::sort(moments_.begin(), moments_.end());
    for (const Moment& moment : moments_) Happen(moment);
    for (Operation& op : history_) Forget(&op);
    return std::move(history_);
  }

 private:
  std::string Key() { return "k" + std::to_string(random_.Uniform(options_.keys)); }
  std::string NewValue() {
    return std::to_string(options_.values == 0 ? ++last_value_
                                               : 1 + random_.Uniform(options_.values));
  }
  Value Guess() {
    if (options_.values == 0) return std::to_string(1 + random_.Uniform(last_value_ + 1));
    return random_.OneIn(3) ? Value() : Value(NewValue());
  }

  // What is asked, and when it happens. What it finds comes later.
  void Decide(Operation* op, std::uint64_t end) {
    const bool unknown = Chance(options_.unknown_one_in, random_);
    const bool failed = !unknown && Chance(options_.failed_one_in, random_);
    op->outcome = unknown ? Outcome::kUnknown : failed ? Outcome::kFailed : Outcome::kOk;
    op->returned = unknown ? kNever : end;
    switch (random_.Uniform(8)) {
      case 0:
      case 1:
      case 2:
        op->clauses = {Get(Key(), {})};
        break;
      case 3: {
        const std::string key = Key();
        op->clauses = {If(key, Guess()), Put(key, NewValue())};
        break;
      }
      case 4:
        op->clauses = {Delete(Key())};
        break;
      default:
        op->clauses = {Put(Key(), NewValue())};
        break;
    }
    if (Chance(options_.batch_one_in, random_)) op->clauses.push_back(Put(Key(), NewValue()));
    const std::size_t place = history_.size();
    const std::uint64_t late = unknown && random_.OneIn(3) ? 4 * options_.span : 0;
    const std::uint64_t at = op->invoked + random_.Uniform(end + late - op->invoked + 1);
    if (failed || (unknown && random_.OneIn(3))) return;
    moments_.push_back({at, random_.Next(), place});
    Clause& last = op->clauses.back();
    if (last.kind != Clause::Kind::kSet || !last.value) return;
    if (!Chance(options_.expire_one_in, random_)) return;
    last.expires_from = op->invoked + random_.Uniform(2 * options_.span);
    last.expires_to = last.expires_from + random_.Uniform(options_.span);
    const std::uint64_t gone = std::max(at, last.expires_from);
    if (gone > last.expires_to && !unknown) {
      last.expires_from = last.expires_to = kNever;  // It would be gone before it is there.
      return;
    }
    moments_.push_back({std::max(gone, random_.Between(last.expires_from, last.expires_to)),
                        ~std::uint64_t{0}, place, true});
  }

  void Happen(const Moment& moment) {
    Operation& op = history_[moment.operation];
    if (moment.expires) {
      const auto at = store_.find(op.clauses.back().key);
      if (at != store_.end() && at->second.second == moment.operation) store_.erase(at);
      return;
    }
    bool holds = true;
    for (Clause& clause : op.clauses) {
      const auto at = store_.find(clause.key);
      const Value value = at == store_.end() ? Value() : Value(at->second.first);
      if (clause.kind == Clause::Kind::kGet) clause.value = value;
      if (clause.kind == Clause::Kind::kIf && clause.value != value) holds = false;
    }
    if (!holds && op.outcome == Outcome::kOk) op.outcome = Outcome::kRefused;
    if (!holds) return;
    for (const Clause& clause : op.clauses) {
      if (clause.kind != Clause::Kind::kSet) continue;
      store_.erase(clause.key);
      if (clause.value) store_[clause.key] = {*clause.value, moment.operation};
    }
  }

  // What a client that got no answer can't have found.
  static void Forget(Operation* op) {
    if (op->outcome == Outcome::kOk || op->outcome == Outcome::kRefused) return;
    for (Clause& clause : op->clauses) {
      if (clause.kind == Clause::Kind::kGet) clause.value.reset();
    }
  }

  const RandomHistoryOptions& options_;
  Random& random_;
  History history_;
  std::vector<Moment> moments_;
  std::map<std::string, std::pair<std::string, std::size_t>> store_;  // Values and their writers.
  std::uint64_t last_value_ = 0;
};

}  // namespace

History RandomHistory(const RandomHistoryOptions& options, Random& random) {
  return Maker(options, random).Make();
}

void MakeWrong(History* history, Random& random) {
  Operation& op = (*history)[random.Uniform(history->size())];
  const auto conditional = std::any_of(op.clauses.begin(), op.clauses.end(),
                                       [](const Clause& c) { return c.kind == Clause::Kind::kIf; });
  switch (random.Uniform(3)) {
    case 0: {
      Clause& clause = op.clauses[random.Uniform(op.clauses.size())];
      if (clause.kind == Clause::Kind::kSet) break;
      clause.value = random.OneIn(3) ? Value() : Value(std::to_string(1 + random.Uniform(3)));
      break;
    }
    case 1:
      if (!conditional) break;
      if (op.outcome == Outcome::kOk) {
        op.outcome = Outcome::kRefused;
      } else if (op.outcome == Outcome::kRefused) {
        op.outcome = Outcome::kOk;
      }
      break;
    default: {
      const std::uint64_t moved = random.Uniform(20);
      op.invoked += moved;
      if (op.returned != kNever) op.returned += moved;
      break;
    }
  }
}

}  // namespace strata::check
