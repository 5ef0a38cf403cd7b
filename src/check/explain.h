// Why a history isn't linearizable: makes it smaller while it stays so. What is left is a proof,
// because only that is left out without which a linearizable history would stay linearizable:
//
//   * what came later: operations that were invoked, but not answered, at a moment are of unknown
//     outcome then;
//   * an operation that only reads;
//   * a value of a key, with all that wrote it and all that saw it: between that write and the next
//     one nobody else saw the key. Who required the value, and wrote another, now just writes it.
//
// Thread safety: a pure function.

#pragma once

#include <cstdint>
#include <vector>

#include "check/history.h"

namespace strata::check {

struct Explanation {
  History proof = {};                    // Not linearizable; sorted by when they were invoked.
  std::vector<std::size_t> places = {};  // Of each, its place in the whole history.
  std::size_t culprit =
      0;  // In `proof`: up to its answer there was an order, with it there is none.
};

// Makes it from these operations of the history. REQUIRES: they aren't linearizable by themselves.
// Known limit: with fewer steps than it takes, more operations than necessary are left.
Explanation Explain(const History& history, const std::vector<std::size_t>& operations,
                    std::uint64_t steps_max);

}  // namespace strata::check
