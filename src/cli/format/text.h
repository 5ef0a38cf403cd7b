// Bytes as text on the way out, and back on the way in: what --key-format and --value-format mean.
//
// Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace strata::cli {

enum class ByteFormat : std::uint8_t {
  kUtf8,     // The bytes themselves.
  kEscaped,  // Printable UTF-8 as it is, the rest as \n, \t, \r, \\ or \xNN.
  kHex,
  kBase64,
  kTuple,  // ("user", 42): see strata/keys/tuple.h.
};

// What some programs put before UTF-8; no part of the text.
inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// DecodeBytes(f, EncodeBytes(f, b)) is b. Errors: kInvalidArgument: kUtf8 (or kTuple) and the bytes
// aren't.
Result<std::string> EncodeBytes(ByteFormat format, std::string_view bytes);

// Errors: kInvalidArgument that says what is wrong and where.
Result<std::string> DecodeBytes(ByteFormat format, std::string_view text);

std::string EscapeText(std::string_view bytes);
std::string ToHex(std::string_view bytes);

// Columns that the text takes on a terminal, taking each code point for one.
std::size_t DisplayWidth(std::string_view text);

}  // namespace strata::cli
