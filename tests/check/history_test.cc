// Histories as text: what is written is read back, and whatever is read ends in a history or in an
// error that names the line.

#include "check/history.h"

#include <catch2/catch.hpp>

#include <string>

#include "check/random_history.h"
#include "testing/ledger.h"

namespace strata::check {
namespace {

using strata::testing::Scaled;

std::string ErrorOf(const std::string& lines) {
  const auto parsed = ParseHistory("strata-history 1\n" + lines);
  return parsed ? "" : parsed.error().message();
}

TEST_CASE("a history is a line for each operation", "[linearizability]") {
  const History history = {
      {.client = 1,
       .invoked = 100,
       .returned = 180,
       .outcome = Outcome::kOk,
       .clauses = {Put("x", "1")}},
      {.client = 2,
       .invoked = 120,
       .returned = 150,
       .outcome = Outcome::kOk,
       .clauses = {Get("x", {})}},
      {.client = 1,
       .invoked = 200,
       .returned = 260,
       .outcome = Outcome::kOk,
       .clauses = {If("x", "1"), Put("x", "2")}},
      {.client = 2,
       .invoked = 210,
       .returned = 290,
       .outcome = Outcome::kRefused,
       .clauses = {If("x", {}), Put("x", "3")}},
      {.client = 3, .invoked = 300, .clauses = {Delete("y")}},
      {.client = 1,
       .invoked = 300,
       .returned = 400,
       .outcome = Outcome::kFailed,
       .clauses = {Put("", "-"), Put("a b", "")}},
      {.client = 4,
       .invoked = 350,
       .returned = 390,
       .outcome = Outcome::kOk,
       .clauses = {{.kind = Clause::Kind::kSet,
                    .key = "z",
                    .value = "\n\"",
                    .expires_from = 500,
                    .expires_to = 520}}},
  };
  const std::string text =
      "strata-history 1\n"
      "1 100 180 ok put x 1\n"
      "2 120 150 ok get x -\n"
      "1 200 260 ok if x 1 put x 2\n"
      "2 210 290 refused if x - put x 3\n"
      "3 300 - unknown delete y\n"
      "1 300 400 failed put \"\" \\x2d put a\\x20b \"\"\n"
      "4 350 390 ok put z \\n\\\" until 500 520\n";
  CHECK(HistoryText(history) == text);
  const auto parsed = ParseHistory(text);
  REQUIRE(parsed);
  CHECK(*parsed == history);
}

TEST_CASE("empty lines and comments of a history say nothing", "[linearizability]") {
  const auto parsed =
      ParseHistory("# seed 7\n\nstrata-history 1\n  \n1  2 3   ok get x -\n# end\n");
  REQUIRE(parsed);
  REQUIRE(parsed->size() == 1);
  CHECK(OperationText(parsed->front()) == "1 2 3 ok get x -");
}

TEST_CASE("what is wrong in a history is named with its line", "[linearizability]") {
  CHECK(ParseHistory("").error().message() ==
        "expected the line 'strata-history 1' and found the end of the line");
  CHECK(ParseHistory("strata-history 2\n").error().message() ==
        "expected the line 'strata-history 1' and found 'strata-history 2'");
  CHECK(ErrorOf("x") == "line 2: expected the number of a client and found 'x'");
  CHECK(ErrorOf("1 2 3 ok") ==
        "line 2: expected get, if, put or delete and found the end of the line");
  CHECK(ErrorOf("1 2 3 maybe get x -") ==
        "line 2: expected ok, refused, failed or unknown and found 'maybe'");
  CHECK(ErrorOf("\n1 2 3 ok get x") == "line 3: expected a value and found the end of the line");
  CHECK(ErrorOf("1 2 3 ok put x -") == "line 2: expected a value and found '-'");
  CHECK(ErrorOf("1 2 99999999999999999999 ok get x -") ==
        "line 2: expected when it was answered and found '99999999999999999999'");
  CHECK(ErrorOf("1 4 3 ok get x -") == "line 2: it was answered before it was invoked");
  CHECK(ErrorOf("1 2 3 unknown put x 1") ==
        "line 2: an operation whose outcome is unknown wasn't answered: write -");
  CHECK(ErrorOf("1 2 - ok get x -") ==
        "line 2: only of an unknown outcome it isn't known when it was answered");
  CHECK(ErrorOf("1 2 3 refused put x 1") == "line 2: it was refused and has no condition");
  CHECK(ErrorOf("1 2 3 ok put x 1 until 5 4") == "line 2: it is gone before it may be");
  CHECK(ErrorOf("1 2 3 ok get \\q -") != "");
}

TEST_CASE("random histories come back from their text, whole or damaged", "[linearizability]") {
  Random random(1);
  std::uint64_t damaged = 0;
  for (std::uint64_t i = 0; i < Scaled(2'000); ++i) {
    const History history = RandomHistory({.operations = 6,
                                           .keys = 2,
                                           .unknown_one_in = 5,
                                           .failed_one_in = 5,
                                           .expire_one_in = 3,
                                           .batch_one_in = 3},
                                          random);
    std::string text = HistoryText(history);
    const auto parsed = ParseHistory(text);
    REQUIRE(parsed);
    REQUIRE(*parsed == history);
    text[random.Uniform(text.size())] = static_cast<char>(random.Next());
    const auto other = ParseHistory(text);
    if (!other) {
      ++damaged;
      continue;
    }
    // What was understood is written in one way only.
    const auto again = ParseHistory(HistoryText(*other));
    REQUIRE(again);
    CHECK(*again == *other);
  }
  CHECK(damaged > Scaled(2'000) / 4);
}

}  // namespace
}  // namespace strata::check
