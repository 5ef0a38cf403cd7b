#include "check/problem.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace strata::check {
namespace {

bool IsUnknown(const Operation& op) {
  return op.outcome == Outcome::kUnknown;
}

// Whether a clause says anything: what an operation of unknown outcome would have found doesn't.
bool Counts(const Operation& op, const Clause& clause) {
  switch (op.outcome) {
    case Outcome::kOk:
      return true;
    case Outcome::kRefused:
      return clause.kind != Clause::Kind::kSet;
    case Outcome::kFailed:
      return false;
    case Outcome::kUnknown:
      return clause.kind != Clause::Kind::kGet;
  }
  return false;
}

// Sets of keys that operations tie together.
class Ties {
 public:
  std::uint32_t Add() {
    parents_.push_back(static_cast<std::uint32_t>(parents_.size()));
    return parents_.back();
  }
  std::uint32_t Find(std::uint32_t key) {
    while (parents_[key] != key) key = parents_[key] = parents_[parents_[key]];
    return key;
  }
  void Join(std::uint32_t a, std::uint32_t b) { parents_[Find(b)] = Find(a); }

 private:
  std::vector<std::uint32_t> parents_;
};

// Makes one part, operation by operation.
class PartBuilder {
 public:
  explicit PartBuilder(const History& history) : history_(history) {}

  void Add(std::uint32_t operation) {
    const Operation& op = history_[operation];
    Call call{.invoked = op.invoked,
              .returned = op.returned,
              .operation = operation,
              .first_action = static_cast<std::uint32_t>(part_.actions.size()),
              .refused = op.outcome == Outcome::kRefused,
              .certain = !IsUnknown(op)};
    std::vector<Call> expiries;
    std::vector<Action> gone;
    for (const Clause& clause : op.clauses) {
      if (!Counts(op, clause)) continue;
      const Action action = ActionOf(clause);
      part_.actions.push_back(action);
      if (action.kind != Action::Kind::kSet) continue;
      call.writes = true;
      if (clause.expires_from == kNever) continue;
      expires_ = true;
      // When a write of unknown outcome happens isn't known, and so it may expire at any time.
      expiries.push_back({.invoked = clause.expires_from,
                          .returned = IsUnknown(op) ? kNever : clause.expires_to,
                          .action_count = 1,
                          .certain = !IsUnknown(op),
                          .writes = true,
                          .after = operation});
      gone.push_back({Action::Kind::kExpire, action.key, action.value});
    }
    call.action_count = static_cast<std::uint32_t>(part_.actions.size()) - call.first_action;
    part_.calls.push_back(call);
    for (std::size_t i = 0; i < expiries.size(); ++i) {
      expiries[i].first_action = static_cast<std::uint32_t>(part_.actions.size());
      part_.actions.push_back(gone[i]);
      part_.calls.push_back(expiries[i]);
    }
  }

  Part Take() {
    part_.keys = static_cast<std::uint32_t>(keys_.size());
    DropUnseen();
    std::sort(part_.calls.begin(), part_.calls.end(), [](const Call& a, const Call& b) {
      return std::tie(a.invoked, a.first_action) < std::tie(b.invoked, b.first_action);
    });
    if (expires_) LinkExpiries();
    return std::move(part_);
  }

 private:
  Action ActionOf(const Clause& clause) {
    const auto key = static_cast<KeyId>(keys_.try_emplace(clause.key, keys_.size()).first->second);
    const ValueId value = ValueOf(clause.value);
    if (clause.kind == Clause::Kind::kGet) return {Action::Kind::kFind, key, value};
    if (clause.kind == Clause::Kind::kIf) return {Action::Kind::kRequire, key, value};
    if (clause.expires_from == kNever) return {Action::Kind::kSet, key, value};
    part_.text.push_back(value);
    return {Action::Kind::kSet, key, static_cast<ValueId>(part_.text.size() - 1)};
  }

  ValueId ValueOf(const Value& value) {
    if (part_.text.empty()) part_.text.push_back(kNoValue);
    if (!value) return kNoValue;
    const auto next = static_cast<ValueId>(part_.text.size());
    const auto [at, added] = values_.try_emplace(*value, next);
    if (added) part_.text.push_back(next);
    return at->second;
  }

  // What may have happened and would have left nothing that anybody saw need not have happened.
  void DropUnseen() {
    const auto is_certain = [](const Call& call) { return call.certain; };
    if (std::all_of(part_.calls.begin(), part_.calls.end(), is_certain)) return;
    std::set<std::pair<KeyId, ValueId>> seen;
    for (const Call& call : part_.calls) {
      if (call.refused) return;  // Any other value would have refused it.
      for (const Action& action : part_.ActionsOf(call)) {
        if (!IsWrite(action)) seen.emplace(action.key, action.value);
      }
    }
    std::erase_if(part_.calls, [&](const Call& call) {
      if (call.certain || call.operation == kNoCall) return false;
      const auto actions = part_.ActionsOf(call);
      return std::none_of(actions.begin(), actions.end(), [&](const Action& action) {
        const bool expires = part_.text[action.value] != action.value;
        return IsWrite(action) && (seen.contains({action.key, part_.text[action.value]}) ||
                                   (expires && seen.contains({action.key, kNoValue})));
      });
    });
  }

  static bool IsWrite(const Action& action) {
    return action.kind == Action::Kind::kSet || action.kind == Action::Kind::kExpire;
  }

  // From places in the history to places among the calls.
  void LinkExpiries() {
    std::unordered_map<std::uint32_t, std::uint32_t> places;
    for (const Call& call : part_.calls) {
      if (call.operation != kNoCall) places[call.operation] = kNoCall;
    }
    std::erase_if(part_.calls, [&](const Call& call) {
      return call.after != kNoCall && !places.contains(call.after);
    });
    for (std::uint32_t i = 0; i < part_.calls.size(); ++i) {
      if (part_.calls[i].operation != kNoCall) places[part_.calls[i].operation] = i;
    }
    for (Call& call : part_.calls) {
      if (call.after != kNoCall) call.after = places[call.after];
    }
  }

  const History& history_;
  Part part_;
  bool expires_ = false;  // Some value does.
  std::unordered_map<std::string_view, std::size_t> keys_;
  std::unordered_map<std::string_view, ValueId> values_;
};

}  // namespace

std::vector<Part> SplitIntoParts(const History& history) {
  Ties ties;
  std::unordered_map<std::string_view, std::uint32_t> keys;
  std::vector<std::uint32_t> key_of(history.size(), kNoCall);  // Of each operation, any of its own.
  for (std::size_t i = 0; i < history.size(); ++i) {
    for (const Clause& clause : history[i].clauses) {
      if (!Counts(history[i], clause)) continue;
      const auto [at, added] = keys.try_emplace(clause.key, 0);
      if (added) at->second = ties.Add();
      if (key_of[i] == kNoCall) key_of[i] = at->second;
      ties.Join(key_of[i], at->second);
    }
  }
  std::unordered_map<std::uint32_t, std::size_t> places;
  std::vector<PartBuilder> builders;
  for (std::uint32_t i = 0; i < history.size(); ++i) {
    if (key_of[i] == kNoCall) continue;
    const auto [at, added] = places.try_emplace(ties.Find(key_of[i]), builders.size());
    if (added) builders.emplace_back(history);
    builders[at->second].Add(i);
  }
  std::vector<Part> parts;
  parts.reserve(builders.size());
  for (PartBuilder& builder : builders) parts.push_back(builder.Take());
  return parts;
}

}  // namespace strata::check
