#include "base/base64.h"

#include <algorithm>
#include <cstdint>

namespace strata {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Error NotInGroups() {
  return InvalidArgument("base64 comes in groups of four characters, padded with =");
}

}  // namespace

std::string EncodeBase64Unpadded(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = group << 8 | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    }
    for (std::size_t j = 0; j <= count; ++j) text += kDigits[group >> (18 - 6 * j) & 0x3f];
  }
  return text;
}

std::string EncodeBase64(std::string_view bytes) {
  std::string text = EncodeBase64Unpadded(bytes);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

Result<std::string> DecodeBase64Unpadded(std::string_view text) {
  if (text.size() % 4 == 1) return NotInGroups();
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned bit_count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t digit = kDigits.find(text[i]);
    if (digit == std::string_view::npos) {
      return InvalidArgument("not a base64 digit at offset " + std::to_string(i));
    }
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    bit_count += 6;
    if (bit_count < 8) continue;
    bit_count -= 8;
    bytes.push_back(static_cast<char>(bits >> bit_count & 0xff));
  }
  return bytes;
}

Result<std::string> DecodeBase64(std::string_view text) {
  if (text.size() % 4 != 0) return NotInGroups();
  text.remove_suffix(text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0);
  return DecodeBase64Unpadded(text);
}

}  // namespace strata
