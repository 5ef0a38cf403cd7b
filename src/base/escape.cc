#include "base/escape.h"

namespace strata {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

int HexValue(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

void AppendEscaped(std::string* out, char byte) {
  switch (byte) {
    case '\n':
      out->append("\\n");
      return;
    case '\t':
      out->append("\\t");
      return;
    case '\r':
      out->append("\\r");
      return;
    case '\\':
      out->append("\\\\");
      return;
    case '"':
      out->append("\\\"");
      return;
    default:
      break;
  }
  const auto value = static_cast<unsigned char>(byte);
  if (value >= 0x20 && value < 0x7f) {
    out->push_back(byte);
    return;
  }
  out->append("\\x");
  out->push_back(kHexDigits[value >> 4]);
  out->push_back(kHexDigits[value & 0xf]);
}

// The byte that a one-letter escape stands for, or -1.
int SimpleEscape(char letter) {
  switch (letter) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case '0':
      return '\0';
    case '\\':
    case '"':
    case '\'':
      return letter;
    default:
      return -1;
  }
}

}  // namespace

std::string Escape(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (const char byte : bytes) AppendEscaped(&out, byte);
  return out;
}

std::string EscapeShort(std::string_view bytes, std::size_t length_max) {
  std::string out;
  for (const char byte : bytes) {
    if (out.size() >= length_max) return out + "...";
    AppendEscaped(&out, byte);
  }
  return out;
}

Result<std::string> Unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out.push_back(text[i]);
      continue;
    }
    const std::size_t start = i++;
    if (i < text.size() && SimpleEscape(text[i]) >= 0) {
      out.push_back(static_cast<char>(SimpleEscape(text[i])));
      continue;
    }
    const bool has_digits = i + 2 < text.size() && text[i] == 'x';
    const int high = has_digits ? HexValue(text[i + 1]) : -1;
    const int low = has_digits ? HexValue(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      return InvalidArgument("unknown escape at offset " + std::to_string(start) +
                             "; use \\n, \\t, \\r, \\0, \\\\, \\\" or \\xNN");
    }
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

}  // namespace strata
