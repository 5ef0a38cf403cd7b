// The proofs: what is left of a history when nothing more can be missed.

#include <catch2/catch.hpp>

#include <string>

#include "check/linearizability.h"
#include "check/random_history.h"

namespace strata::check {
namespace {

// The proof that the history isn't linearizable, line by line.
std::string ProofOf(const std::string& lines) {
  const auto history = ParseHistory("strata-history 1\n" + lines);
  INFO(lines);
  REQUIRE(history);
  const Verdict verdict = CheckLinearizable(*history);
  REQUIRE(verdict.answer == Answer::kNot);
  std::string text;
  for (const Operation& operation : verdict.why.proof) text += OperationText(operation) + "\n";
  return text;
}

TEST_CASE("what came after the first wrong answer is no part of the proof", "[linearizability]") {
  CHECK(ProofOf("1 0 1 ok put x 1\n"
                "2 2 3 ok get x -\n"
                "2 4 5 ok get x 7\n"
                "1 4 6 ok put x 2\n") ==
        "1 0 1 ok put x 1\n"
        "2 2 3 ok get x -\n");
}

TEST_CASE("who had no answer yet is of unknown outcome in the proof", "[linearizability]") {
  CHECK(ProofOf("1 0 10 ok put x 1\n"
                "2 1 2 ok get x 1\n"
                "2 3 4 ok get x -\n") ==
        "1 0 - unknown put x 1\n"
        "2 1 2 ok get x 1\n"
        "2 3 4 ok get x -\n");
}

TEST_CASE("values that nobody of the proof needs are left out, with all who wrote and saw them",
          "[linearizability]") {
  CHECK(ProofOf("1 0 1 ok put x 1\n"
                "1 2 3 ok if x 1 put x 2\n"
                "1 4 5 ok if x 2 put x 3\n"
                "2 6 7 ok get x 3\n"
                "1 8 9 ok put x 4\n"
                "2 10 11 ok get x 2\n") ==
        "1 2 3 ok put x 2\n"
        "1 8 9 ok put x 4\n"
        "2 10 11 ok get x 2\n");
}

// Without the 1, the history would be wrong for another reason: nothing else explains the refusal.
TEST_CASE("a refusal stays with all values of its key, or goes", "[linearizability]") {
  const std::string lines =
      "1 0 1 ok put x 2\n"
      "1 2 3 ok put x 1\n"
      "1 4 5 refused if x 2 put x 3\n";
  CHECK(ProofOf(lines + "1 6 7 ok get x 2\n") ==
        "1 0 1 ok put x 2\n"
        "1 2 3 ok put x 1\n"
        "1 6 7 ok get x 2\n");
  CHECK(ProofOf(lines + "1 6 7 refused if x 1 put x 3\n") ==
        "1 0 1 ok put x 2\n"
        "1 2 3 ok put x 1\n"
        "1 6 7 refused if x 1 put x 3\n");
}

TEST_CASE("a proof from a long history is a few operations", "[linearizability]") {
  Random random(3);
  int wrong = 0;
  for (int i = 0; i < 10; ++i) {
    History history = RandomHistory(
        {.operations = 300, .clients = 5, .keys = 3, .values = 0, .unknown_one_in = 50}, random);
    for (int j = 0; j < 3; ++j) MakeWrong(&history, random);
    const Verdict verdict = CheckLinearizable(history);
    if (verdict.answer != Answer::kNot) continue;
    ++wrong;
    INFO(VerdictText(history, verdict));
    CHECK(verdict.why.proof.size() <= 8);
    CHECK(CheckLinearizable(verdict.why.proof).answer == Answer::kNot);
  }
  CHECK(wrong >= 2);
}

}  // namespace
}  // namespace strata::check
