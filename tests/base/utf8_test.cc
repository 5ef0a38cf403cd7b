#include "base/utf8.h"

#include <catch2/catch.hpp>

namespace strata {
namespace {

TEST_CASE("only well-formed UTF-8 counts as text", "[map-and-shell]") {
  CHECK(IsValidUtf8(""));
  CHECK(IsValidUtf8("a\xc3\xbc\xe2\x82\xac\xf0\x9f\x8c\x8d"));
  CHECK_FALSE(IsValidUtf8("\xff"));
  CHECK_FALSE(IsValidUtf8("\xc0\x80"));          // Two bytes for what needs one.
  CHECK_FALSE(IsValidUtf8("\xe0\x80\x80"));      // Three for it.
  CHECK_FALSE(IsValidUtf8("\xed\xa0\x80"));      // Half of a pair.
  CHECK_FALSE(IsValidUtf8("\xf4\x90\x80\x80"));  // Past the last code point.
  CHECK_FALSE(IsValidUtf8("\xe2\x82"));          // Cut short.
  CHECK_FALSE(IsValidUtf8("\x80"));
}

TEST_CASE("a character is as long as it is, and has its number", "[map-and-shell]") {
  CHECK(Utf8SequenceLength("") == 0);
  CHECK(Utf8SequenceLength("a\xc3\xbc") == 1);
  CHECK(Utf8SequenceLength("\xe2\x82\xac!") == 3);
  CHECK(CodePoint("a") == 'a');
  CHECK(CodePoint("\xc3\xbc") == 0xfc);
  CHECK(CodePoint("\xe2\x82\xac") == 0x20ac);
  CHECK(CodePoint("\xf4\x8f\xbf\xbf") == 0x10ffff);
}

}  // namespace
}  // namespace strata
