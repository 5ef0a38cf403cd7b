// Is there an order of a part's calls in which a plain map would have answered as the store did,
// and that never puts a call before one that had been answered when it was invoked?
//
// The search is that of Wing and Gong (1993), with Lowe's memory (2017): a set of calls that are in
// the order, together with the state that they lead to, is tried once. It is exponential at worst
// (the question is NP-complete; Gibbons and Korach 1997), so it has a budget.
// Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <vector>

#include "check/problem.h"

namespace strata::check {

enum class Answer : std::uint8_t {
  kLinearizable,
  kNot,
  kUndecided,  // The budget was spent.
};

struct SearchResult {
  Answer answer = Answer::kUndecided;
  std::vector<std::uint32_t> order =
      {};                    // When linearizable: such an order, as Part::calls has them.
  std::uint64_t steps = 0;   // Calls that were tried next and fitted.
  std::uint64_t states = 0;  // Remembered, so that none is tried twice.
};

// Every certain call is in the order, and any of the others may be. At most `steps_max` steps; with
// none, only what has no certain call is decided.
SearchResult FindOrder(const Part& part, std::uint64_t steps_max);

}  // namespace strata::check
