#include "cli/format/text.h"

#include <catch2/catch.hpp>

#include "base/random.h"
#include "base/utf8.h"
#include "testing/results.h"

namespace strata::cli {
namespace {

using strata::testing::CodeOf;
using strata::testing::Outcome;

constexpr ByteFormat kFormats[] = {ByteFormat::kUtf8, ByteFormat::kEscaped, ByteFormat::kHex,
                                   ByteFormat::kBase64};

TEST_CASE("every format gives the bytes back", "[map-and-shell]") {
  Random random(1);
  for (int round = 0; round < 2000; ++round) {
    const std::string bytes = random.Bytes(random.Uniform(40));
    for (const ByteFormat format : kFormats) {
      const Result<std::string> text = EncodeBytes(format, bytes);
      if (!text) {
        CHECK(format == ByteFormat::kUtf8);
        CHECK_FALSE(IsValidUtf8(bytes));
        continue;
      }
      CHECK(IsValidUtf8(*text));
      CHECK(DecodeBytes(format, *text).value() == bytes);
    }
  }
}

TEST_CASE("escaped text holds no byte that moves the cursor", "[map-and-shell]") {
  CHECK(EscapeText("a\tb\n\r\\") == "a\\tb\\n\\r\\\\");
  CHECK(EscapeText(std::string("\0\x1b\x7f", 3)) == "\\x00\\x1b\\x7f");
  CHECK(EscapeText("grün €") == "grün €");
  CHECK(EscapeText("\xc2\x85") == "\\xc2\\x85");           // A control of Latin 1.
  CHECK(EscapeText("\xe2\x80\xae") == "\\xe2\\x80\\xae");  // Turns the direction.
  CHECK(EscapeText("ok\xff\xc3") == "ok\\xff\\xc3");
}

TEST_CASE("what can't be decoded is said with its place", "[map-and-shell]") {
  CHECK(Outcome(DecodeBytes(ByteFormat::kHex, "6x")) ==
        "invalid argument: not a hex digit at offset 1");
  CHECK(Outcome(DecodeBytes(ByteFormat::kHex, "6")) ==
        "invalid argument: hex needs an even number of digits");
  CHECK(CodeOf(DecodeBytes(ByteFormat::kEscaped, "\\")) == "invalid argument");
}

TEST_CASE("a code point takes one column", "[map-and-shell]") {
  CHECK(DisplayWidth("grün") == 4);
  CHECK(DisplayWidth("") == 0);
}

}  // namespace
}  // namespace strata::cli
