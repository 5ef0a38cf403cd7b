#include "cli/config_file.h"

#include <catch2/catch.hpp>

#include "base/random.h"
#include "testing/results.h"

namespace strata::cli {
namespace {

using strata::testing::Must;
using strata::testing::Outcome;

// "section/key=value@line ..."
std::string Read(std::string_view text) {
  const auto entries = ParseConfig(text, "f.toml");
  if (!entries) return Outcome(entries);
  std::string all;
  for (const ConfigEntry& entry : *entries) {
    all += (all.empty() ? "" : " ") + entry.section + "/" + entry.key + "=" + entry.value + "@" +
           std::to_string(entry.line);
  }
  return all;
}

TEST_CASE("a configuration file is keys and values, in sections", "[observability]") {
  CHECK(Read("").empty());
  CHECK(Read("# nothing\n\n \t# at all\r\n").empty());
  CHECK(Read("db = \"a b\" # here\r\nlevel=1_000\n\n[serve]\n  quiet = true\nmax-x\t=\t0") ==
        "/db=a b@1 /level=1000@2 serve/quiet=true@5 serve/max-x=0@6");
  CHECK(Read("[ a ] # c\nk = 'raw \\n \"x\"'\n[b]\nk = \"# no comment\"") ==
        "a/k=raw \\n \"x\"@2 b/k=# no comment@4");
}

TEST_CASE("text in quotes has TOML's escapes", "[observability]") {
  const auto entries = Must(ParseConfig(R"(k = "\t\"\\\u00e4\u20ac\U0001F600\u0000\e")", "f"));
  using std::string_literals::operator""s;
  CHECK(entries.front().value == "\t\"\\\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\0\x1b"s);
  for (const char* wrong :
       {R"(k = "\x41")", R"(k = "\u12")", R"(k = "\ud800")", R"(k = "\U00110000")"}) {
    CHECK(Read(wrong) ==
          "invalid argument: f.toml:1: k: no such escape in text: write \\\\ for a "
          "backslash, or use '...'");
  }
}

TEST_CASE("a wrong line is named, with what to write instead", "[observability]") {
  const auto says = [](std::string_view text, const std::string& error) {
    INFO(text);
    CHECK(Read(text) == "invalid argument: f.toml:" + error);
  };
  says("a = 1\nb = 64MiB",
       "2: b: a value that is no whole number, true or false stands in quotes: \"64MiB\"");
  says("b = 1__0",
       "1: b: a value that is no whole number, true or false stands in quotes: \"1__0\"");
  says("b = 010", "1: b: a value that is no whole number, true or false stands in quotes: \"010\"");
  says("b = -1", "1: b: a value that is no whole number, true or false stands in quotes: \"-1\"");
  says("b =", "1: b: a value is missing after '='");
  says("b = # 1", "1: b: a value is missing after '='");
  says("b = \"x", "1: b: the text isn't closed: \" is missing");
  says("b = 'x\n'", "1: b: the text isn't closed: ' is missing");
  says("b = \"\"\"x\"\"\"", "1: b: text of several lines isn't read: write it in one line");
  says("b = [1, 2]", "1: b: one value is expected: write a list as text, \"a,b\"");
  says("b = 1 2", "1: there is more after what the line says: comments begin with #");
  says("b 1", "1: expected `key = value`, with a key of letters, digits and -");
  says("a.b = 1", "1: expected `key = value`, with a key of letters, digits and -");
  says("[a", "1: a section is a name in brackets: [serve]");
  says("[[a]]", "1: a section is a name in brackets: [serve]");
  says("[a]\n[b]\n[a]", "3: [a] is there already: put them together");
  says("k = 1\n[k]\nk = 2\nk = 3", "4: k is set already, in line 3: leave one of them out");
  says(std::string_view("a = 1\n\0", 7), "2: a control character: this must be a file of text");
}

TEST_CASE("any text comes back from its quotes", "[observability]") {
  Random random(30);
  for (int round = 0; round < 2'000; ++round) {
    std::string text;
    for (std::uint64_t size = random.Uniform(20); size > 0; --size) {
      text += static_cast<char>(random.Uniform(256));
    }
    const auto entries = Must(ParseConfig("k = " + QuotedConfig(text), "f"));
    REQUIRE(entries.size() == 1);
    REQUIRE(entries.front().value == text);
  }
}

}  // namespace
}  // namespace strata::cli
