#include "check/search.h"

#include <string>
#include <unordered_set>
#include <utility>

#include "check/timeline.h"

namespace strata::check {
namespace {

class Search {
 public:
  Search(const Part& part, std::uint64_t steps_max)
      : part_(part), steps_max_(steps_max), timeline_(part), values_(part.keys, kNoValue) {}

  SearchResult Run() {
    Timeline::Cursor cursor = timeline_.First();
    while (!timeline_.done()) {
      if (result_.steps >= steps_max_) return std::move(result_);
      if (TakeHarmless() || TakeNext(cursor)) {
        cursor = timeline_.First();
      } else if (!GoBack(&cursor)) {
        result_.answer = Answer::kNot;
        return std::move(result_);
      }
    }
    result_.answer = Answer::kLinearizable;
    for (const Taken& taken : taken_) result_.order.push_back(taken.call);
    return std::move(result_);
  }

 private:
  struct Taken {
    std::uint32_t call = 0;
    std::size_t undo = 0;        // What `undo_` had before.
    bool had_no_choice = false;  // Nothing else need be tried in its place.
  };

  // A call that fits and changes nothing may as well come now as later: no other choice is lost.
  bool TakeHarmless() {
    for (auto cursor = timeline_.First(); !cursor.end(); cursor = timeline_.Next(cursor)) {
      if (!Fits(cursor.call) || Changes(cursor.call)) continue;
      Take(cursor.call, /*had_no_choice=*/true);
      return true;
    }
    return false;
  }

  // The first call from `cursor` on that fits and leads to where the search wasn't yet.
  bool TakeNext(Timeline::Cursor cursor) {
    for (; !cursor.end(); cursor = timeline_.Next(cursor)) {
      if (!Fits(cursor.call)) continue;
      Take(cursor.call, /*had_no_choice=*/false);
      if (Remember()) return true;
      Untake();
    }
    return false;
  }

  // To the last choice, and behind what was chosen there. False: there is none.
  bool GoBack(Timeline::Cursor* cursor) {
    while (!taken_.empty()) {
      const Taken last = taken_.back();
      Untake();
      if (last.had_no_choice) continue;
      *cursor = timeline_.Next(timeline_.At(last.call));
      return true;
    }
    return false;
  }

  // --- the state ---

  // A store in this state could have given the call's answer.
  bool Fits(std::uint32_t call_at) const {
    const Call& call = part_.calls[call_at];
    if (call.after != kNoCall && !timeline_.Has(call.after)) return false;
    bool required = true;
    for (const Action& action : part_.ActionsOf(call)) {
      const bool is_there = part_.text[values_[action.key]] == action.value;
      if (action.kind == Action::Kind::kFind && !is_there) return false;
      if (action.kind == Action::Kind::kRequire && !is_there) required = false;
    }
    return required != call.refused;
  }

  bool Changes(std::uint32_t call_at) const {
    const Call& call = part_.calls[call_at];
    if (!call.writes) return false;
    if (call.after == kNoCall) return true;
    const Action& expire = part_.ActionsOf(call).front();
    return values_[expire.key] == expire.value;
  }

  void Take(std::uint32_t call_at, bool had_no_choice) {
    ++result_.steps;
    timeline_.Take(call_at);
    taken_.push_back({call_at, undo_.size(), had_no_choice});
    const Call& call = part_.calls[call_at];
    if (!call.writes) return;
    for (const Action& action : part_.ActionsOf(call)) {
      if (action.kind == Action::Kind::kSet) Set(action.key, action.value);
      if (action.kind == Action::Kind::kExpire && values_[action.key] == action.value) {
        Set(action.key, kNoValue);
      }
    }
  }

  void Set(KeyId key, ValueId value) {
    undo_.emplace_back(key, values_[key]);
    values_[key] = value;
  }

  void Untake() {
    const Taken last = taken_.back();
    taken_.pop_back();
    for (; undo_.size() > last.undo; undo_.pop_back()) {
      values_[undo_.back().first] = undo_.back().second;
    }
    timeline_.PutBack(last.call);
  }

  // False: the same calls led to the same state before.
  bool Remember() {
    std::string place = timeline_.SetText();
    place.append(reinterpret_cast<const char*>(values_.data()), values_.size() * sizeof(ValueId));
    const bool is_new = been_.insert(std::move(place)).second;
    result_.states += is_new ? 1 : 0;
    return is_new;
  }

  const Part& part_;
  const std::uint64_t steps_max_;
  Timeline timeline_;
  std::vector<ValueId> values_;  // KeyId -> what the key has.
  std::vector<Taken> taken_;
  std::vector<std::pair<KeyId, ValueId>> undo_;
  std::unordered_set<std::string> been_;
  SearchResult result_;
};

}  // namespace

SearchResult FindOrder(const Part& part, std::uint64_t steps_max) {
  return Search(part, steps_max).Run();
}

}  // namespace strata::check
