#include <catch2/catch.hpp>

#include "base/random.h"
#include "resp/call.h"

namespace strata::resp {
namespace {

TEST_CASE("patterns match as Redis has it", "[redis-protocol][redis-protocol.2]") {
  CHECK(MatchesGlob("", ""));
  CHECK_FALSE(MatchesGlob("", "a"));
  CHECK(MatchesGlob("*", ""));
  CHECK(MatchesGlob("*", "anything"));
  CHECK(MatchesGlob("h?llo", "hello"));
  CHECK_FALSE(MatchesGlob("h?llo", "hllo"));
  CHECK(MatchesGlob("h*llo", "heeeello"));
  CHECK(MatchesGlob("h[ae]llo", "hallo"));
  CHECK_FALSE(MatchesGlob("h[ae]llo", "hillo"));
  CHECK(MatchesGlob("h[^e]llo", "hallo"));
  CHECK_FALSE(MatchesGlob("h[^e]llo", "hello"));
  CHECK(MatchesGlob("h[a-c]llo", "hbllo"));
  CHECK(MatchesGlob("h[c-a]llo", "hbllo"));
  CHECK(MatchesGlob("h[\\]]llo", "h]llo"));
  CHECK(MatchesGlob("a\\*b", "a*b"));
  CHECK_FALSE(MatchesGlob("a\\*b", "axb"));
  CHECK(MatchesGlob("a\\", "a\\"));
  CHECK(MatchesGlob("*b*", "abc"));
  CHECK(MatchesGlob("*.txt", "a.txt.txt"));
  CHECK_FALSE(MatchesGlob("*.txt", "a.txt.tx"));
  CHECK(MatchesGlob("HeLLo", "hEllO", /*ignore_case=*/true));
  CHECK(MatchesGlob("[A-C]", "b", /*ignore_case=*/true));
  CHECK_FALSE(MatchesGlob("[A-C]", "b"));
  CHECK(MatchesGlob("\xff*", "\xff\x01"));
}

TEST_CASE("a pattern ends where it ends, whatever follows in memory",
          "[redis-protocol][redis-protocol.2]") {
  const std::string_view memory = "ab*";
  CHECK_FALSE(MatchesGlob(memory.substr(0, 2), "abc"));
  CHECK_FALSE(MatchesGlob(memory.substr(0, 2), "ab*"));
  CHECK(MatchesGlob(memory.substr(0, 2), "ab"));
  CHECK_FALSE(MatchesGlob(memory.substr(0, 1), "ab"));
}

TEST_CASE("a pattern of many stars takes no long time", "[redis-protocol][redis-protocol.2]") {
  std::string pattern;
  for (int i = 0; i < 2'000; ++i) pattern += "a*";
  CHECK_FALSE(MatchesGlob(pattern + "b", std::string(20'000, 'a')));
  CHECK(MatchesGlob(pattern, std::string(20'000, 'a')));
}

// By trying everything.
bool MatchesSlowly(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    for (std::size_t i = 0; i <= text.size(); ++i) {
      if (MatchesSlowly(pattern.substr(1), text.substr(i))) return true;
    }
    return false;
  }
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) &&
         MatchesSlowly(pattern.substr(1), text.substr(1));
}

TEST_CASE("random patterns match as by trying everything", "[redis-protocol][redis-protocol.2]") {
  Random random(3);
  for (int round = 0; round < 50'000; ++round) {
    std::string pattern;
    std::string text;
    for (std::uint64_t i = random.Uniform(8); i > 0; --i) pattern += "ab*?"[random.Uniform(4)];
    for (std::uint64_t i = random.Uniform(10); i > 0; --i) text += "ab"[random.Uniform(2)];
    INFO(pattern << " " << text);
    REQUIRE(MatchesGlob(pattern, text) == MatchesSlowly(pattern, text));
    if (MatchesGlob(pattern, text)) REQUIRE(text.starts_with(GlobPrefix(pattern)));
  }
}

TEST_CASE("what a pattern begins with", "[redis-protocol]") {
  CHECK(GlobPrefix("abc") == "abc");
  CHECK(GlobPrefix("abc*d") == "abc");
  CHECK(GlobPrefix("a\\*b?") == "a*b");
  CHECK(GlobPrefix("[ab]c").empty());
}

}  // namespace
}  // namespace strata::resp
