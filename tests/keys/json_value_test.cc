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

TEST_CASE("a text is JSON or the place of the mistake is told", "[L18]") {
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

TEST_CASE("a path leads to scalars, through objects and arrays", "[L18]") {
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

TEST_CASE("deep nesting and any bytes are taken or refused, never a crash", "[L18]") {
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
