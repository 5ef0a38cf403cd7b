// How a history is cut into parts, and what of it is left out.

#include "check/problem.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace strata::check {
namespace {

std::vector<Part> PartsOf(const std::string& lines) {
  const auto history = ParseHistory("strata-history 1\n" + lines);
  INFO(lines);
  REQUIRE(history);
  return SplitIntoParts(*history);
}

TEST_CASE("operations on keys that nothing ties together are parts of their own",
          "[linearizability]") {
  CHECK(PartsOf("1 0 1 ok put a 1\n1 2 3 ok put b 1\n1 4 5 ok get a 1\n").size() == 2);
  CHECK(PartsOf("1 0 1 ok put a 1\n1 2 3 ok put b 1\n1 4 5 ok get a 1 get b 1\n").size() == 1);
  CHECK(PartsOf("1 0 1 ok put a 1 put b 1\n1 2 3 ok put b 1 put c 1\n1 4 5 ok get d -\n").size() ==
        2);
}

TEST_CASE("calls are sorted by when they were invoked", "[linearizability]") {
  const auto parts = PartsOf("1 5 9 ok put a 1\n2 2 3 ok get a -\n");
  REQUIRE(parts.size() == 1);
  REQUIRE(parts[0].calls.size() == 2);
  CHECK(parts[0].calls[0].operation == 1);
  CHECK(parts[0].calls[1].operation == 0);
}

TEST_CASE("what failed is left out, and so is what may have happened and nobody saw",
          "[linearizability]") {
  CHECK(PartsOf("1 0 1 failed put a 1\n").empty());
  const std::string seen = "1 2 3 ok get a 1\n";
  CHECK(PartsOf("1 0 - unknown put a 1\n" + seen)[0].calls.size() == 2);
  CHECK(PartsOf("1 0 - unknown put a 2\n" + seen)[0].calls.size() == 1);
  CHECK(PartsOf("1 0 - unknown get a 2\n" + seen)[0].calls.size() == 1);
  // Anything else than what was required may have been there.
  CHECK(PartsOf("1 0 - unknown put a 2\n1 2 3 refused if a 1 put a 3\n")[0].calls.size() == 2);
  // It may have gone again, and taken along what was there.
  CHECK(PartsOf("1 0 - unknown put a 2 until 3 4\n" + seen)[0].calls.size() == 1);
  CHECK(PartsOf("1 0 - unknown put a 2 until 3 4\n1 5 6 ok get a -\n")[0].calls.size() == 3);
}

TEST_CASE("that a value expires is a call behind its write", "[linearizability]") {
  const auto parts = PartsOf("1 5 9 ok put a 1 until 6 20\n2 2 3 ok get a -\n");
  REQUIRE(parts.size() == 1);
  REQUIRE(parts[0].calls.size() == 3);
  const Call& gone = parts[0].calls[2];
  CHECK(gone.operation == kNoCall);
  CHECK(gone.after == 1);
  CHECK(gone.invoked == 6);
  CHECK(gone.returned == 20);
  // It has an id of its own and reads like any other 1.
  const ValueId value = parts[0].ActionsOf(gone).front().value;
  CHECK(parts[0].text[value] != value);
}

}  // namespace
}  // namespace strata::check
