#include "cli/shell/words.h"

#include <catch2/catch.hpp>

#include "testing/results.h"

namespace strata::cli {
namespace {

using Words = std::vector<std::string>;

TEST_CASE("a line is cut at blanks, and quotes keep them", "[map-and-shell]") {
  CHECK(SplitWords("").value().empty());
  CHECK(SplitWords("  put  a\tb\r").value() == Words{"put", "a", "b"});
  CHECK(SplitWords("put 'a b' \"c d\"").value() == Words{"put", "a b", "c d"});
  CHECK(SplitWords("put '' \"\"").value() == Words{"put", "", ""});
  CHECK(SplitWords("a'b c'd").value() == Words{"ab cd"});
}

TEST_CASE("escapes are left to the key format, apart from blanks and quotes", "[map-and-shell]") {
  CHECK(SplitWords("a\\ b \\x00\\n").value() == Words{"a b", "\\x00\\n"});
  CHECK(SplitWords("\"a\\\"b\"").value() == Words{"a\\\"b"});
  CHECK(SplitWords("it\\'s").value() == Words{"it's"});
  CHECK(SplitWords("'\\'").value() == Words{"\\"});
  CHECK(SplitWords("a\\").value() == Words{"a\\"});
}

TEST_CASE("a comment begins at a word of its own", "[map-and-shell]") {
  CHECK(SplitWords("get a # the first").value() == Words{"get", "a"});
  CHECK(SplitWords("get a#b").value() == Words{"get", "a#b"});
  CHECK(SplitWords("get '#'").value() == Words{"get", "#"});
}

TEST_CASE("an open quote is an error", "[map-and-shell]") {
  CHECK(testing::CodeOf(SplitWords("get \"a")) == "invalid argument");
  CHECK(testing::CodeOf(SplitWords("get 'a\\'b'")) == "invalid argument");
}

}  // namespace
}  // namespace strata::cli
