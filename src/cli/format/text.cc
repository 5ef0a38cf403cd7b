#include "cli/format/text.h"

#include <array>

#include "base/escape.h"
#include "strata/keys/tuple.h"

namespace strata::cli {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";
constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int HexValue(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

// The code point of a well-formed sequence.
std::uint32_t CodePoint(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return first;
  std::uint32_t point = first & (0x7fU >> sequence.size());
  for (const char byte : sequence.substr(1)) {
    point = point << 6 | (static_cast<unsigned char>(byte) & 0x3f);
  }
  return point;
}

// False for what would move the cursor, vanish, or turn the writing direction.
bool IsPrintable(std::uint32_t point) {
  if (point < 0x80) return point >= 0x20 && point != 0x7f;
  if (point < 0xa0 || point == 0xad || point == 0xfeff) return false;
  const bool is_format = (point >= 0x200b && point <= 0x200f) ||
                         (point >= 0x2028 && point <= 0x202e) ||
                         (point >= 0x2060 && point <= 0x206f);
  return !is_format && point < 0xe0000;
}

void AppendEscapedByte(std::string* out, char byte) {
  if (byte == '\n' || byte == '\t' || byte == '\r' || byte == '\\') {
    out->push_back('\\');
    out->push_back(byte == '\n' ? 'n' : byte == '\t' ? 't' : byte == '\r' ? 'r' : '\\');
    return;
  }
  const auto value = static_cast<unsigned char>(byte);
  out->append("\\x");
  out->push_back(kHexDigits[value >> 4]);
  out->push_back(kHexDigits[value & 0xf]);
}

Result<std::string> FromHex(std::string_view text) {
  if (text.size() % 2 != 0) return InvalidArgument("hex needs an even number of digits");
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = HexValue(text[i]);
    const int low = HexValue(text[i + 1]);
    if (high < 0 || low < 0) {
      return InvalidArgument("not a hex digit at offset " + std::to_string(high < 0 ? i : i + 1));
    }
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return out;
}

}  // namespace

std::size_t Utf8SequenceLength(std::string_view bytes) {
  if (bytes.empty()) return 0;
  const auto first = static_cast<unsigned char>(bytes[0]);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length == 0 || first > 0xf4 || bytes.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(bytes[i]) & 0xc0) != 0x80) return 0;
  }
  const std::uint32_t point = CodePoint(bytes.substr(0, length));
  const bool is_overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  const bool is_surrogate = point >= 0xd800 && point <= 0xdfff;
  return is_overlong || is_surrogate || point > 0x10ffff ? 0 : length;
}

bool IsValidUtf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = Utf8SequenceLength(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

std::string EscapeText(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t length = Utf8SequenceLength(bytes);
    if (length > 0 && bytes[0] != '\\' && IsPrintable(CodePoint(bytes.substr(0, length)))) {
      out.append(bytes.substr(0, length));
      bytes.remove_prefix(length);
    } else {
      AppendEscapedByte(&out, bytes[0]);
      bytes.remove_prefix(1);
    }
  }
  return out;
}

std::string ToHex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    out.push_back(kHexDigits[value >> 4]);
    out.push_back(kHexDigits[value & 0xf]);
  }
  return out;
}

std::string ToBase64(std::string_view bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t j = 0; j < 3; ++j) {
      group = group << 8 | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      out.push_back(j <= count ? kBase64Digits[group >> (18 - 6 * j) & 0x3f] : '=');
    }
  }
  return out;
}

Result<std::string> FromBase64(std::string_view text) {
  const std::size_t length = text.size();
  while (!text.empty() && text.back() == '=' && length - text.size() < 2) text.remove_suffix(1);
  if (length % 4 != 0 || text.size() % 4 == 1) {
    return InvalidArgument("base64 comes in groups of four characters, padded with =");
  }
  std::string out;
  std::uint32_t bits = 0;
  unsigned bit_count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t digit = kBase64Digits.find(text[i]);
    if (digit == std::string_view::npos) {
      return InvalidArgument("not a base64 digit at offset " + std::to_string(i));
    }
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    bit_count += 6;
    if (bit_count >= 8) {
      bit_count -= 8;
      out.push_back(static_cast<char>(bits >> bit_count & 0xff));
    }
  }
  return out;
}

std::size_t DisplayWidth(std::string_view text) {
  std::size_t width = 0;
  for (const char byte : text) width += (static_cast<unsigned char>(byte) & 0xc0) != 0x80 ? 1 : 0;
  return width;
}

Result<std::string> EncodeBytes(ByteFormat format, std::string_view bytes) {
  switch (format) {
    case ByteFormat::kUtf8:
      if (!IsValidUtf8(bytes)) {
        return InvalidArgument("the bytes " + EscapeShort(bytes) +
                               " aren't UTF-8; show them as escaped, hex or base64");
      }
      return std::string(bytes);
    case ByteFormat::kEscaped:
      return EscapeText(bytes);
    case ByteFormat::kHex:
      return ToHex(bytes);
    case ByteFormat::kTuple: {
      const auto tuple = keys::Unpack(bytes);
      if (tuple.has_value()) return keys::TupleText(*tuple);
      return InvalidArgument("the bytes " + EscapeShort(bytes) +
                             " aren't a tuple; show them as escaped, hex or base64");
    }
    case ByteFormat::kBase64:
      break;
  }
  return ToBase64(bytes);
}

Result<std::string> DecodeBytes(ByteFormat format, std::string_view text) {
  switch (format) {
    case ByteFormat::kUtf8:
      return std::string(text);
    case ByteFormat::kEscaped:
      return Unescape(text);
    case ByteFormat::kHex:
      return FromHex(text);
    case ByteFormat::kTuple: {
      STRATA_TRY_ASSIGN(const keys::Tuple tuple, keys::ParseTuple(text));
      return keys::Pack(tuple);
    }
    case ByteFormat::kBase64:
      break;
  }
  return FromBase64(text);
}

}  // namespace strata::cli
