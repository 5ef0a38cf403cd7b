#include "cli/suggest.h"

#include <catch2/catch.hpp>

#include <vector>

namespace strata::cli {
namespace {

TEST_CASE("a swapped pair of letters is one slip", "[map-and-shell]") {
  CHECK(EditDistance("", "") == 0);
  CHECK(EditDistance("get", "gte") == 1);
  CHECK(EditDistance("scan", "scn") == 1);
  CHECK(EditDistance("put", "delete") == 5);
}

TEST_CASE("only near words are offered", "[map-and-shell]") {
  const std::vector<std::string> words{"get", "put", "delete", "export"};
  CHECK(DidYouMean("gte", words) == "; did you mean \"get\"?");
  CHECK(DidYouMean("exprot", words) == "; did you mean \"export\"?");
  CHECK(DidYouMean("del", words) == "; did you mean \"delete\"?");
  CHECK(DidYouMean("xyz", words).empty());
  CHECK(DidYouMean(std::string(5000, 'x'), words).empty());
}

}  // namespace
}  // namespace strata::cli
