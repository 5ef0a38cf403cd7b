#include "check/linearizability.h"

#include <vector>

#include "check/problem.h"

namespace strata::check {
namespace {

std::vector<std::size_t> OperationsOf(const Part& part) {
  std::vector<std::size_t> operations;
  for (const Call& call : part.calls) {
    if (call.operation != kNoCall) operations.push_back(call.operation);
  }
  return operations;
}

std::string Count(std::uint64_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace

Verdict CheckLinearizable(const History& history, const CheckOptions& options) {
  Verdict verdict;
  for (const Part& part : SplitIntoParts(history)) {
    const SearchResult found = FindOrder(part, options.steps_max - verdict.steps);
    ++verdict.parts;
    verdict.steps += found.steps;
    verdict.states += found.states;
    if (found.answer == Answer::kLinearizable) continue;
    verdict.answer = found.answer;
    const std::vector<std::size_t> operations = OperationsOf(part);
    if (found.answer == Answer::kNot) {
      verdict.why = Explain(history, operations, options.explain_steps_max);
      return verdict;
    }
    verdict.undecided += operations.size();
  }
  return verdict;
}

std::string VerdictText(const History& history, const Verdict& verdict) {
  const std::string all = Count(history.size(), "operation");
  if (verdict.answer == Answer::kLinearizable) {
    return "linearizable: " + all + " in " + Count(verdict.parts, "part") + "\n";
  }
  if (verdict.answer == Answer::kUndecided) {
    return "undecided: " + std::to_string(verdict.undecided) + " of " + all +
           " are left to judge, and no steps; allow the search more\n";
  }
  std::string text = "not linearizable: no order explains " +
                     std::to_string(verdict.why.proof.size()) + " of " + all + "\n";
  for (std::size_t i = 0; i < verdict.why.proof.size(); ++i) {
    text += i == verdict.why.culprit ? "> " : "  ";
    text += OperationText(verdict.why.proof[i]) + "\n";
  }
  return text + "> without its answer there is an order\n";
}

}  // namespace strata::check
