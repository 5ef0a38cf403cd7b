#include "base/json_text.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/utf8.h"

namespace strata {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

void AppendCodeUnit(std::string* out, unsigned char value) {
  *out += "\\u00";
  *out += kHexDigits[value >> 4];
  *out += kHexDigits[value & 0xf];
}

}  // namespace

void AppendJsonString(std::string* out, std::string_view text) {
  *out += '"';
  while (!text.empty()) {
    const std::size_t length = Utf8SequenceLength(text);
    const auto first = static_cast<unsigned char>(text[0]);
    if (first == '"' || first == '\\') {
      *out += '\\';
      *out += text[0];
    } else if (length == 0 || first < 0x20) {
      AppendCodeUnit(out, first);
    } else {
      *out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  *out += '"';
}

void JsonText::Separate() {
  if (comma_) out_ += ',';
  comma_ = true;
}

JsonText& JsonText::Open(char bracket) {
  Separate();
  out_ += bracket;
  comma_ = false;
  return *this;
}

JsonText& JsonText::Close(char bracket) {
  out_ += bracket;
  comma_ = true;
  return *this;
}

JsonText& JsonText::Name(std::string_view name) {
  Separate();
  AppendJsonString(&out_, name);
  out_ += ':';
  comma_ = false;
  return *this;
}

JsonText& JsonText::String(std::string_view text) {
  Separate();
  AppendJsonString(&out_, text);
  return *this;
}

JsonText& JsonText::Raw(std::string_view text) {
  Separate();
  out_ += text;
  return *this;
}

JsonText& JsonText::Real(double value) {
  if (!std::isfinite(value)) return Raw("null");
  std::array<char, 32> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return Raw(std::string_view(text.data(), static_cast<std::size_t>(end - text.data())));
}

}  // namespace strata
