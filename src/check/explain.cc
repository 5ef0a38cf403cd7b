#include "check/explain.h"

#include <algorithm>
#include <set>
#include <span>
#include <tuple>
#include <utility>

#include "check/search.h"

namespace strata::check {
namespace {

struct Kept {
  Operation op;
  std::size_t place = 0;
};
using KeptOperations = std::vector<Kept>;

// What can be left out: an operation that only reads, or a value of a key.
struct Unit {
  std::size_t place = 0;
  bool is_value = false;
  std::string key = {};
  Value value = {};

  auto Fields() const { return std::tie(is_value, place, key, value); }
  bool operator<(const Unit& other) const { return Fields() < other.Fields(); }
};
using Units = std::vector<Unit>;

bool IsSet(const Clause& clause) {
  return clause.kind == Clause::Kind::kSet;
}
bool Expires(const Clause& clause) {
  return clause.expires_from != kNever;
}

bool OnlyReads(const Operation& op) {
  return op.outcome == Outcome::kRefused ||
         std::none_of(op.clauses.begin(), op.clauses.end(), IsSet);
}

// When an operation was answered, and its place: of those at one moment one is the last.
using AnsweredAt = std::pair<std::uint64_t, std::size_t>;

// What had been seen with this answer.
KeptOperations Until(const KeptOperations& all, const AnsweredAt& last) {
  KeptOperations seen;
  for (const Kept& kept : all) {
    if (kept.op.invoked > last.first) continue;
    const bool answered = AnsweredAt(kept.op.returned, kept.place) <= last;
    if (!answered && OnlyReads(kept.op)) continue;
    seen.push_back(kept);
    if (answered) continue;
    Operation& op = seen.back().op;
    op.outcome = Outcome::kUnknown;
    op.returned = kNever;
    std::erase_if(op.clauses, [](const Clause& c) { return c.kind == Clause::Kind::kGet; });
  }
  return seen;
}

class Remover {
 public:
  explicit Remover(std::span<const Unit> units) {
    for (const Unit& unit : units) {
      if (unit.is_value) {
        values_.emplace(unit.key, unit.value);
        keys_.insert(unit.key);
      } else {
        places_.insert(unit.place);
      }
    }
  }

  KeptOperations Apply(const KeptOperations& all) const {
    KeptOperations left;
    for (const Kept& kept : all) {
      if (places_.contains(kept.place) || WouldMiss(kept.op)) continue;
      left.push_back(kept);
      auto& clauses = left.back().op.clauses;
      std::erase_if(clauses, [&](const Clause& c) { return values_.contains({c.key, c.value}); });
      for (Clause& clause : clauses) {
        // The absence that it leaves is left out, so it never goes.
        if (values_.contains({clause.key, {}})) clause.expires_from = clause.expires_to = kNever;
      }
      if (clauses.empty()) left.pop_back();
    }
    return left;
  }

 private:
  // It may have been refused because of a value that is left out.
  bool WouldMiss(const Operation& op) const {
    return op.outcome == Outcome::kRefused &&
           std::any_of(op.clauses.begin(), op.clauses.end(),
                       [&](const Clause& clause) { return keys_.contains(clause.key); });
  }

  std::set<std::size_t> places_;
  std::set<std::pair<std::string, Value>> values_;
  std::set<std::string> keys_;
};

class Explainer {
 public:
  explicit Explainer(std::uint64_t steps_max) : steps_left_(steps_max) {}

  Explanation Run(KeptOperations all) {
    const std::size_t culprit = CutTheEnd(&all);
    for (std::size_t before = all.size() + 1; all.size() < before && steps_left_ > 0;) {
      before = all.size();
      LeaveOut(Reads(all), &all);
      LeaveOut(Values(all), &all);
    }
    Explanation why;
    std::sort(all.begin(), all.end(), [](const Kept& a, const Kept& b) {
      return std::tie(a.op.invoked, a.place) < std::tie(b.op.invoked, b.place);
    });
    for (Kept& kept : all) {
      if (kept.place == culprit) why.culprit = why.proof.size();
      why.proof.push_back(std::move(kept.op));
      why.places.push_back(kept.place);
    }
    return why;
  }

 private:
  bool IsStillWrong(const KeptOperations& kept) {
    History history;
    for (const Kept& one : kept) history.push_back(one.op);
    for (const Part& part : SplitIntoParts(history)) {
      const SearchResult found = FindOrder(part, steps_left_);
      steps_left_ -= std::min(steps_left_, found.steps + part.calls.size());
      if (found.answer == Answer::kNot) return true;
    }
    return false;
  }

  // Leaves what had been seen when it went wrong, and says with whose answer that was.
  std::size_t CutTheEnd(KeptOperations* all) {
    std::vector<AnsweredAt> answers;
    for (const Kept& kept : *all) {
      if (kept.op.outcome != Outcome::kUnknown) answers.emplace_back(kept.op.returned, kept.place);
    }
    std::sort(answers.begin(), answers.end());
    const auto first_wrong = std::partition_point(
        answers.begin(), std::prev(answers.end()),
        [&](const AnsweredAt& answer) { return !IsStillWrong(Until(*all, answer)); });
    KeptOperations cut = Until(*all, *first_wrong);
    if (IsStillWrong(cut)) *all = std::move(cut);
    return first_wrong->second;
  }

  static Units Reads(const KeptOperations& all) {
    Units units;
    for (const Kept& kept : all) {
      if (OnlyReads(kept.op)) units.push_back({.place = kept.place});
    }
    return units;
  }

  // A value that expires may go only after the absence that it leaves.
  static Units Values(const KeptOperations& all) {
    std::set<Unit> units;
    std::set<Unit> expire;
    for (const Kept& kept : all) {
      for (const Clause& clause : kept.op.clauses) {
        const Unit unit{.is_value = true, .key = clause.key, .value = clause.value};
        units.insert(unit);
        if (Expires(clause)) {
          expire.insert(unit);
          units.insert({.is_value = true, .key = clause.key});
        }
      }
    }
    for (const Unit& unit : expire) units.erase(unit);
    return {units.begin(), units.end()};
  }

  // As many of the units as can be missed: halves of them, then smaller and smaller pieces.
  void LeaveOut(const Units& units, KeptOperations* all) {
    for (std::size_t size = units.size(); size > 0; size /= 2) {
      for (std::size_t at = 0; at < units.size() && steps_left_ > 0; at += size) {
        const std::size_t count = std::min(size, units.size() - at);
        KeptOperations fewer = Remover(std::span(units).subspan(at, count)).Apply(*all);
        if (fewer.size() == all->size() && SameClauses(fewer, *all)) continue;
        if (IsStillWrong(fewer)) *all = std::move(fewer);
      }
    }
  }

  static bool SameClauses(const KeptOperations& a, const KeptOperations& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const Kept& x, const Kept& y) { return x.op == y.op; });
  }

  std::uint64_t steps_left_;
};

}  // namespace

Explanation Explain(const History& history, const std::vector<std::size_t>& operations,
                    std::uint64_t steps_max) {
  KeptOperations all;
  for (const std::size_t place : operations) all.push_back({history[place], place});
  return Explainer(steps_max).Run(std::move(all));
}

}  // namespace strata::check
