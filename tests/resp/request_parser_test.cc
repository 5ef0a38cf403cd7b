#include "resp/request_parser.h"

#include <catch2/catch.hpp>

#include "base/random.h"

namespace strata::resp {
namespace {

// The words of each request of `input`, given `step` bytes more each time; then what ended it.
std::string Show(std::string_view input, std::size_t step, const ParserLimits& limits = {}) {
  RequestParser parser(limits);
  std::string text;
  std::size_t begin = 0;
  for (std::size_t end = 0; end < input.size();) {
    end = std::min(input.size(), end + step);
    while (true) {
      const Parsed parsed = parser.Parse(input.substr(begin, end - begin));
      if (parsed == Parsed::kMore) break;
      if (parsed == Parsed::kError) return text + "error: " + parser.error();
      for (const std::string_view word : parser.arguments()) text += std::string(word) + "|";
      text += ";";
      begin += parser.bytes();
      parser.Reset();
    }
  }
  return text + (begin < input.size() ? "more" : "");
}

TEST_CASE("requests are the same however their bytes come", "[redis-protocol][redis-protocol.1]") {
  const std::string input =
      std::string("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\na\r\nb\n\r\n") +
      "GET k\r\n*1\r\n$0\r\n\r\n\r\n*0\r\nping\n*2\r\n$4\r\nECHO\r\n$2\r\n\r\n\r\n";
  const std::string expected = "SET|k|a\r\nb\n|;GET|k|;|;;;ping|;ECHO|\r\n|;";
  for (std::size_t step = 1; step <= input.size(); ++step) {
    INFO(step);
    CHECK(Show(input, step) == expected);
  }
}

TEST_CASE("a request that isn't whole needs more, at every cut",
          "[redis-protocol][redis-protocol.1]") {
  const std::string request = "*2\r\n$3\r\nGET\r\n$10\r\n0123456789\r\n";
  for (std::size_t size = 1; size < request.size(); ++size) {
    INFO(size);
    CHECK(Show(request.substr(0, size), size) == "more");
  }
}

TEST_CASE("lengths are checked before anything is kept for them",
          "[redis-protocol][redis-protocol.1]") {
  const auto error = [](const std::string& input) { return Show(input, input.size()); };
  for (const char* length : {"1048577", "2147483648", "4294967296", "9223372036854775807",
                             "9223372036854775808", "99999999999999999999999"}) {
    CHECK(error("*" + std::string(length) + "\r\n") ==
          "error: Protocol error: invalid multibulk length, over arguments_max, 1048576");
  }
  for (const char* length :
       {"536870913", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808"}) {
    CHECK(error("*1\r\n$" + std::string(length) + "\r\n") ==
          "error: Protocol error: invalid bulk length, over argument_bytes_max, 536870912");
  }
  for (const char* length :
       {"-1", "-2147483648", "-9999999999999999999999", "", "x", "1x", "999999999x", "+1"}) {
    CHECK(error("*1\r\n$" + std::string(length) + "\r\n") ==
          "error: Protocol error: invalid bulk length");
  }
  CHECK(error("*x\r\n") == "error: Protocol error: invalid multibulk length");
  CHECK(error("*1\r\n:1\r\n") == "error: Protocol error: expected '$', got ':'");
  CHECK(error("*-1\r\nping\r\n") == ";ping|;");
}

TEST_CASE("a line without an end is not read for ever", "[redis-protocol][redis-protocol.1]") {
  const std::string spaces(70'000, 'x');
  CHECK(Show(spaces, 1000) ==
        "error: Protocol error: too big inline request, over line_bytes_max, 65536");
  CHECK(Show("*" + spaces, 1000) ==
        "error: Protocol error: too big mbulk count string, over line_bytes_max, 65536");
  CHECK(Show("*1\r\n$" + spaces, 1000) ==
        "error: Protocol error: too big bulk count string, over line_bytes_max, 65536");
}

TEST_CASE("limits may be tighter", "[redis-protocol]") {
  const ParserLimits limits{.arguments_max = 2, .argument_bytes_max = 3};
  CHECK(Show("*2\r\n$1\r\na\r\n$3\r\nabc\r\n", 100, limits) == "a|abc|;");
  CHECK(Show("*3\r\n", 100, limits) ==
        "error: Protocol error: invalid multibulk length, over arguments_max, 2");
  CHECK(Show("*1\r\n$4\r\n", 100, limits) ==
        "error: Protocol error: invalid bulk length, over argument_bytes_max, 3");
}

TEST_CASE("a million words are read once each", "[redis-protocol][redis-protocol.1]") {
  std::string input = "*1000000\r\n";
  for (int i = 0; i < 1'000'000; ++i) input += "$1\r\nx\r\n";
  RequestParser parser({});
  Parsed parsed = Parsed::kMore;
  for (std::size_t size = 0; size < input.size();) {
    size = std::min(input.size(), size + 4096);
    parsed = parser.Parse(std::string_view(input).substr(0, size));
  }
  CHECK(parsed == Parsed::kRequest);
  CHECK(parser.arguments().size() == 1'000'000);
}

TEST_CASE("words of a line, with quotes and escapes", "[redis-protocol]") {
  const auto show = [](std::string_view line) {
    const auto words = SplitWords(line);
    if (!words) return std::string("unbalanced");
    std::string text;
    for (const std::string& word : *words) text += "[" + word + "]";
    return text;
  };
  CHECK(show("set  k\t'a b' \"c d\"") == "[set][k][a b][c d]");
  CHECK(show(R"("\x41\n\"\\\q")") == "[A\n\"\\q]");
  CHECK(show(R"('it\'s' '\n')") == "[it's][\\n]");
  CHECK(show("") == "");
  CHECK(show("   ") == "");
  CHECK(show("\"\"") == "[]");
  for (const char* line : {"\"", "'", "\"a", "'a", "\"a\"b", "'a'b", R"("a\")"}) {
    INFO(line);
    CHECK(show(line) == "unbalanced");
  }
}

TEST_CASE("random bytes never hurt the parser", "[redis-protocol]") {
  Random random(27);
  constexpr std::string_view kBytes = "*$0123456789\r\n\r\n\"' \\xab-";
  for (int round = 0; round < 20'000; ++round) {
    std::string input;
    for (std::uint64_t i = random.Uniform(60); i > 0; --i) {
      input.push_back(kBytes[random.Uniform(kBytes.size())]);
    }
    const std::string all = Show(input, input.size() + 1);
    REQUIRE(Show(input, 1) == all);
  }
}

}  // namespace
}  // namespace strata::resp
