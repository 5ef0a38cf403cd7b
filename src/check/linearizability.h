// Judges a history: could one store that does everything at one moment have answered so, each
// operation at some moment between its invocation and its answer (Herlihy and Wing 1990)?
//
//   history.h -> problem.h -> search.h, and explain.h if there is no such order
//
// A "no" comes with a proof as small as could be found: operations that by themselves can't be
// explained, whatever else happened.
// Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <string>

#include "check/explain.h"
#include "check/history.h"
#include "check/search.h"

namespace strata::check {

struct CheckOptions {
  std::uint64_t steps_max = 100'000'000;         // Of the search, in all parts together.
  std::uint64_t explain_steps_max = 20'000'000;  // Of making the proof small.
};

struct Verdict {
  Answer answer = Answer::kLinearizable;
  Explanation why = {};         // kNot.
  std::uint64_t undecided = 0;  // kUndecided: operations in parts that weren't decided.
  std::uint64_t parts = 0;
  std::uint64_t steps = 0;
  std::uint64_t states = 0;
};

// The first part that isn't linearizable decides; without one, any that is undecided does.
Verdict CheckLinearizable(const History& history, const CheckOptions& options = {});

// The verdict for people, some lines. The proof is shown in the words of HistoryText().
std::string VerdictText(const History& history, const Verdict& verdict);

}  // namespace strata::check
