#include "keys/json_value.h"

#include <catch2/catch.hpp>

#include "base/random.h"
#include "testing/results.h"

namespace strata::keys {
namespace {

using testing::Outcome;

std::string At(std::string_view text, std::string_view path) {
  Tuple tuple = JsonAt(text, path);
  return TupleText(tuple);
}

TEST_CASE("a text is JSON or the place of the mistake is told", "[structured-keys]") {
  for (const char* const good : {"{}", "[1, 2.5, \"x\", null]", "\"text\"", "3", " true "}) {
    CHECK(Outcome(CheckJson(good)) == "ok");
  }
  CHECK(Outcome(CheckJson("{\"a\": 1,\n \"b\": }"))
            .rfind("invalid argument: no JSON: line 2, column 7: syntax error", 0) == 0);
  CHECK(Outcome(CheckJson("{\"a\" 1}")).rfind("invalid argument: no JSON: line 1, column 6: ", 0) ==
        0);
  CHECK(Outcome(CheckJson("")).rfind("invalid argument: no JSON: line 1, column 1: ", 0) == 0);
  CHECK_FALSE(CheckJson("{} x").has_value());
  CHECK_FALSE(CheckJson("1e999").has_value());
  CHECK_FALSE(CheckJson("\"\xff\"").has_value());
}

TEST_CASE("a path leads to scalars, through objects and arrays", "[structured-keys]") {
  constexpr std::string_view kText =
      R"({"name": "Ada", "address": {"city": "London", "zip": 7}, "tags": ["x", 2, null, {"k": 1}],
          "pets": [{"name": "Tom"}, {"name": "Rex"}], "whole": 3.0, "part": 2.5, "no": false})";
  CHECK(At(kText, "name") == R"(("Ada"))");
  CHECK(At(kText, "address.city") == R"(("London"))");
  CHECK(At(kText, "address.zip") == "(7)");
  CHECK(At(kText, "tags") == R"(("x", 2))");
  CHECK(At(kText, "pets.name") == R"(("Tom", "Rex"))");
  CHECK(At(kText, "whole") == "(3)");
  CHECK(At(kText, "part") == "(2.5)");
  CHECK(At(kText, "no") == "(false)");
  CHECK(At(kText, "address") == "()");
  CHECK(At(kText, "name.first") == "()");
  CHECK(At(kText, "nothing") == "()");
  CHECK(At("no json", "name") == "()");
  CHECK(At("5", "") == "(5)");
}

TEST_CASE("a number of JSON is one element in all its spellings, and no other's",
          "[structured-keys]") {
  CHECK(At("[1, 1.0, 1e0, 10E-1, 1.00]", "") == "(1, 1, 1, 1, 1)");
  CHECK(At("[1E+2, -0, -0.0, 1.50, -1.5e0]", "") == "(100, 0, 0, 1.5, -1.5)");
  CHECK(At("[18446744073709551615, 18446744073709551616, 18446744073709551617]", "") ==
        "(0xffffffffffffffff, 0x010000000000000000, 0x010000000000000001)");
  CHECK(At("[9223372036854775808, -9223372036854775809, 9007199254740993.0]", "") ==
        "(0x8000000000000000, -0x8000000000000001, 9007199254740993)");
  CHECK(At("1e25", "") == At("10000000000000000000000000", ""));
  CHECK(Outcome(CheckJson("{\"n\": 1e400}")) ==
        "invalid argument: no JSON: line 1, column 11: number overflow parsing '1e400'");
}

TEST_CASE("of two members of one name the last counts", "[structured-keys]") {
  CHECK(At(R"({"a": 1, "a": 2})", "a") == "(2)");
  CHECK(At(R"({"a": [1, 2], "b": 3, "a": {"x": 4}})", "a") == "()");
  CHECK(At(R"([{"a": 1}, {"a": 2, "a": 3}, {"b": 4}])", "a") == "(1, 3)");
  CHECK(At(R"({"a": {"b": 1, "a": {"b": 2}}})", "a.b") == "(1)");
}

TEST_CASE("deep nesting and any bytes are taken or refused, never a crash", "[structured-keys]") {
  const std::string deep = std::string(20'000, '[') + std::string(20'000, ']');
  CHECK(CheckJson(deep).has_value());
  CHECK_FALSE(CheckJson(std::string(20'000, '[')).has_value());
  Random random(3);
  for (int round = 0; round < 2000; ++round) {
    std::string text = R"({"a": [1, "b", {"c": 2.5e3}], "d": "é"})";
    for (int hits = 0; hits < 3; ++hits) {
      text[random.Uniform(text.size())] = static_cast<char>(random.Next());
    }
    const bool good = CheckJson(text).has_value();
    if (!good) CHECK(JsonAt(text, "a").empty());
  }
}

}  // namespace
}  // namespace strata::keys
