// Any bytes as a history: what is taken comes back from its text, and is judged within its steps.

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "check/linearizability.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace strata::check;  // NOLINT(google-build-using-namespace)
  const auto history = ParseHistory({reinterpret_cast<const char*>(data), size});
  if (!history.has_value()) return 0;
  const auto again = ParseHistory(HistoryText(*history));
  STRATA_CHECK(again.has_value() && *again == *history);
  const Verdict verdict =
      CheckLinearizable(*history, {.steps_max = 10'000, .explain_steps_max = 10'000});
  static_cast<void>(VerdictText(*history, verdict));
  if (verdict.answer != Answer::kNot) return 0;
  // The proof is one by itself.
  const Verdict proof = CheckLinearizable(verdict.why.proof, {.steps_max = 100'000});
  STRATA_CHECK(proof.answer != Answer::kLinearizable);
  return 0;
}
