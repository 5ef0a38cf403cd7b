// Histories by hand: each mistake of a store, and beside it a history that almost has it.

#include "check/linearizability.h"

#include <catch2/catch.hpp>

#include <string>

namespace strata::check {
namespace {

History Parsed(const std::string& lines) {
  auto parsed = ParseHistory("strata-history 1\n" + lines);
  INFO(lines);
  REQUIRE(parsed);
  return *std::move(parsed);
}

Answer Judge(const std::string& lines) {
  return CheckLinearizable(Parsed(lines)).answer;
}

constexpr Answer kYes = Answer::kLinearizable;
constexpr Answer kNo = Answer::kNot;

TEST_CASE("a read may see an overlapping write or not, and not first one and then the other",
          "[linearizability]") {
  CHECK(Judge("1 0 10 ok put x 1\n2 1 2 ok get x 1\n2 3 4 ok get x 1\n") == kYes);
  CHECK(Judge("1 0 10 ok put x 1\n2 1 2 ok get x -\n2 3 4 ok get x 1\n") == kYes);
  CHECK(Judge("1 0 10 ok put x 1\n2 1 2 ok get x 1\n2 3 4 ok get x -\n") == kNo);
  // Two readers: the second began when the first had its answer.
  CHECK(Judge("1 0 10 ok put x 1\n2 1 3 ok get x 1\n3 4 5 ok get x -\n") == kNo);
  CHECK(Judge("1 0 10 ok put x 1\n2 1 4 ok get x 1\n3 4 5 ok get x -\n") == kYes);
}

TEST_CASE("a stale read is found when the write had been answered", "[linearizability]") {
  CHECK(Judge("1 0 1 ok put x 1\n1 2 3 ok put x 2\n2 4 5 ok get x 1\n") == kNo);
  CHECK(Judge("1 0 1 ok put x 1\n1 2 4 ok put x 2\n2 4 5 ok get x 1\n") == kYes);
  CHECK(Judge("1 0 1 ok put x 1\n2 2 3 ok get x -\n") == kNo);
}

TEST_CASE("a value that nobody wrote is found", "[linearizability]") {
  CHECK(Judge("1 0 1 ok put x 1\n2 0 1 ok get x 2\n") == kNo);
  CHECK(Judge("1 0 1 ok put y 1\n2 0 1 ok get x 1\n") == kNo);
}

TEST_CASE("a lost update is found", "[linearizability]") {
  const std::string begin = "1 0 1 ok put x 0\n";
  CHECK(Judge(begin + "1 2 5 ok if x 0 put x 1\n2 2 5 ok if x 0 put x 2\n") == kNo);
  CHECK(Judge(begin + "1 2 5 ok if x 0 put x 1\n2 2 5 ok if x 1 put x 2\n") == kYes);
  CHECK(Judge(begin + "1 2 5 ok if x 0 put x 1\n2 2 5 refused if x 0 put x 2\n") == kYes);
}

TEST_CASE("a condition that held and was refused is found", "[linearizability]") {
  CHECK(Judge("1 0 1 ok put x 0\n1 2 3 refused if x 0 put x 1\n") == kNo);
  CHECK(Judge("1 0 1 ok put x 0\n1 2 4 refused if x 0 put x 1\n2 4 5 ok put x 9\n") == kYes);
  CHECK(Judge("1 0 1 refused if x - put x 1\n") == kNo);
}

TEST_CASE("what a refused or failed operation would have written is never seen",
          "[linearizability]") {
  CHECK(Judge("1 0 1 refused if x 7 put x 1\n2 2 3 ok get x 1\n") == kNo);
  CHECK(Judge("1 0 1 failed put x 1\n2 2 3 ok get x 1\n") == kNo);
  CHECK(Judge("1 0 1 failed put x 1\n2 2 3 ok get x -\n") == kYes);
}

TEST_CASE("a write of unknown outcome may happen late, or never, but only once",
          "[linearizability]") {
  const std::string begin = "1 0 1 ok put x 1\n2 2 - unknown put x 2\n";
  CHECK(Judge(begin + "1 3 4 ok get x 1\n1 5 6 ok get x 2\n") == kYes);
  CHECK(Judge(begin + "1 3 4 ok get x 2\n1 5 6 ok get x 2\n") == kYes);
  CHECK(Judge(begin + "1 3 4 ok get x 1\n1 90 99 ok get x 1\n") == kYes);
  CHECK(Judge(begin + "1 3 4 ok get x 2\n1 5 6 ok put x 3\n1 7 8 ok get x 2\n") == kNo);
  CHECK(Judge("1 0 1 ok get x 2\n2 2 - unknown put x 2\n") == kNo);
}

TEST_CASE("a batch is seen whole or not at all", "[linearizability]") {
  const std::string batch = "1 0 9 ok put x 1 put y 1\n";
  CHECK(Judge(batch + "2 1 2 ok get x 1\n2 3 4 ok get y 1\n") == kYes);
  CHECK(Judge(batch + "2 1 2 ok get x 1\n2 3 4 ok get y -\n") == kNo);
  CHECK(Judge(batch + "2 1 2 ok get x -\n2 3 4 ok get y 1\n") == kYes);
  CHECK(Judge(batch + "2 1 2 ok get x 1 get y -\n") == kNo);
}

TEST_CASE("keys that nothing ties together are judged one by one", "[linearizability]") {
  const History apart = Parsed("1 0 1 ok put x 1\n1 0 1 ok put y 1\n1 0 1 ok put z 1\n");
  CHECK(CheckLinearizable(apart).parts == 3);
  const History tied = Parsed("1 0 1 ok put x 1\n1 0 1 ok put y 1\n1 0 1 ok get x 1 get y 1\n");
  CHECK(CheckLinearizable(tied).parts == 1);
}

TEST_CASE("a value is there until it expires, and never again", "[linearizability]") {
  const std::string put = "1 0 1 ok put x 1 until 10 20\n";
  CHECK(Judge(put + "1 2 3 ok get x 1\n1 21 22 ok get x -\n") == kYes);
  CHECK(Judge(put + "1 2 3 ok get x -\n") == kNo);
  CHECK(Judge(put + "1 21 22 ok get x 1\n") == kNo);
  CHECK(Judge(put + "1 11 12 ok get x -\n1 13 14 ok get x 1\n") == kNo);
  CHECK(Judge(put + "1 11 12 ok get x 1\n1 13 14 ok get x -\n") == kYes);
  // A newer value doesn't go with it.
  CHECK(Judge(put + "1 5 6 ok put x 1\n1 21 22 ok get x 1\n") == kYes);
  CHECK(Judge(put + "1 5 6 ok put x 1\n1 21 22 ok get x -\n") == kNo);
}

TEST_CASE("the proof is what can't be explained, without the rest", "[linearizability]") {
  const History history = Parsed(
      "1 0 1 ok put x 1\n"
      "2 0 1 ok put y 1\n"
      "1 2 3 ok put x 2\n"
      "3 2 3 ok get y 1\n"
      "2 4 5 ok get x 2\n"
      "3 6 7 ok get x 1\n"
      "1 8 9 ok put x 3\n"
      "2 10 11 ok get x 3\n");
  const Verdict verdict = CheckLinearizable(history);
  REQUIRE(verdict.answer == kNo);
  CHECK(VerdictText(history, verdict) ==
        "not linearizable: no order explains 3 of 8 operations\n"
        "  1 0 1 ok put x 1\n"
        "  1 2 3 ok put x 2\n"
        "> 3 6 7 ok get x 1\n"
        "> without its answer there is an order\n");
  CHECK(verdict.why.places == std::vector<std::size_t>{0, 2, 5});
}

TEST_CASE("without steps nothing is decided", "[linearizability]") {
  const History history = Parsed("1 0 1 ok put x 1\n1 2 3 ok get x 1\n");
  const Verdict verdict = CheckLinearizable(history, {.steps_max = 0});
  CHECK(verdict.answer == Answer::kUndecided);
  CHECK(VerdictText(history, verdict) ==
        "undecided: 2 of 2 operations are left to judge, and no steps; allow the search more\n");
}

TEST_CASE("an empty history is linearizable", "[linearizability]") {
  CHECK(VerdictText({}, CheckLinearizable({})) == "linearizable: 0 operations in 0 parts\n");
}

}  // namespace
}  // namespace strata::check
