// Another right answer: plain recursion over "who may be next", with a set of where it was.

#include "check/search.h"

#include <algorithm>
#include <set>
#include <utility>

namespace strata::check {
namespace {

struct State {
  std::vector<bool> done;
  std::vector<ValueId> values;

  auto operator<=>(const State&) const = default;
};

class Recursion {
 public:
  Recursion(const Part& part, std::uint64_t steps_max) : part_(part), steps_max_(steps_max) {}

  SearchResult Run() {
    const bool found = Go({std::vector<bool>(part_.calls.size()),
                           std::vector<ValueId>(part_.keys, kNoValue)});
    if (found) {
      result_.answer = Answer::kLinearizable;
      std::reverse(result_.order.begin(), result_.order.end());
    } else if (!gave_up_) {
      result_.answer = Answer::kNot;
    }
    return std::move(result_);
  }

 private:
  // An order goes on from this state to the end; it is in `result_`, the last call first.
  bool Go(const State& state) {
    if (!been_.insert(state).second) return false;
    ++result_.states;
    std::uint64_t first_answer = kNever;
    bool any_left = false;
    for (std::uint32_t i = 0; i < part_.calls.size(); ++i) {
      if (state.done[i] || !part_.calls[i].certain) continue;
      any_left = true;
      first_answer = std::min(first_answer, part_.calls[i].returned);
    }
    if (!any_left) return true;
    for (const bool certain : {true, false}) {
      for (std::uint32_t i = 0; i < part_.calls.size(); ++i) {
        if (part_.calls[i].invoked > first_answer) break;
        if (state.done[i] || part_.calls[i].certain != certain) continue;
        State next = state;
        if (!Happen(i, &next)) continue;
        if (result_.steps == steps_max_) return GiveUp();
        ++result_.steps;
        if (Go(next)) {
          result_.order.push_back(i);
          return true;
        }
        if (gave_up_ || !part_.calls[i].writes) return false;  // It could as well come now.
      }
    }
    return false;
  }

  bool GiveUp() {
    gave_up_ = true;
    return false;
  }

  bool Happen(std::uint32_t at, State* state) const {
    const Call& call = part_.calls[at];
    if (call.after != kNoCall && !state->done[call.after]) return false;
    bool holds = true;
    for (const Action& action : part_.ActionsOf(call)) {
      const bool same = part_.text[state->values[action.key]] == action.value;
      if (action.kind == Action::Kind::kFind && !same) return false;
      if (action.kind == Action::Kind::kRequire) holds = holds && same;
    }
    if (holds == call.refused) return false;
    for (const Action& action : part_.ActionsOf(call)) {
      ValueId& value = state->values[action.key];
      if (action.kind == Action::Kind::kSet && call.writes) value = action.value;
      if (action.kind == Action::Kind::kExpire && value == action.value) value = kNoValue;
    }
    state->done[at] = true;
    return true;
  }

  const Part& part_;
  const std::uint64_t steps_max_;
  std::set<State> been_;
  bool gave_up_ = false;
  SearchResult result_;
};

}  // namespace

SearchResult FindOrder(const Part& part, std::uint64_t steps_max) {
  return Recursion(part, steps_max).Run();
}

}  // namespace strata::check
