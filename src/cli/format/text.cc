#include "cli/format/text.h"

#include "base/base64.h"
#include "base/escape.h"
#include "base/utf8.h"
#include "strata/keys/tuple.h"

namespace strata::cli {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

int HexValue(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
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
  return EncodeBase64(bytes);
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
  return DecodeBase64(text);
}

}  // namespace strata::cli
