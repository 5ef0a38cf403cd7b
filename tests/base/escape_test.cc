#include "base/escape.h"

#include <catch2/catch.hpp>

#include "base/random.h"

namespace strata {
namespace {

using std::string_literals::operator""s;

TEST_CASE("bytes are written as people read them", "[map-and-shell]") {
  CHECK(Escape("plain text, even 'quoted'") == "plain text, even 'quoted'");
  CHECK(Escape("a\tb\nc\rd") == "a\\tb\\nc\\rd");
  CHECK(Escape("\"\\") == "\\\"\\\\");
  CHECK(Escape("\0\x1f\x7f\x80\xff"s) == "\\x00\\x1f\\x7f\\x80\\xff");
}

TEST_CASE("escaping and unescaping are inverse for every byte", "[map-and-shell]") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  CHECK(*Unescape(Escape(all)) == all);

  Random random(1);
  for (int i = 0; i < 2000; ++i) {
    const std::string bytes = random.Bytes(random.Uniform(40));
    REQUIRE(*Unescape(Escape(bytes)) == bytes);
  }
}

TEST_CASE("unescaping takes what people may write", "[map-and-shell]") {
  CHECK(*Unescape("\\0") == "\0"s);
  CHECK(*Unescape("\\'\\\"\\\\") == "'\"\\");
  CHECK(*Unescape("\\xAb\\xaB") == "\xab\xab");
  CHECK(*Unescape("caf\xc3\xa9") == "caf\xc3\xa9");
}

TEST_CASE("a bad escape is refused with its offset", "[map-and-shell]") {
  for (const char* text : {"ab\\", "ab\\q", "ab\\x", "ab\\x1", "ab\\xg0", "ab\\x0g"}) {
    CAPTURE(text);
    const auto result = Unescape(text);
    REQUIRE_FALSE(result);
    CHECK(result.error().code() == ErrorCode::kInvalidArgument);
    CHECK_THAT(result.error().message(), Catch::Contains("offset 2"));
  }
}

TEST_CASE("a short escape ends with dots only when something is missing", "[map-and-shell]") {
  CHECK(EscapeShort("abcdef", 6) == "abcdef");
  CHECK(EscapeShort("abcdefg", 6) == "abcdef...");
  CHECK(EscapeShort(std::string(1000, '\0')).size() < 80);
}

}  // namespace
}  // namespace strata
