// Bytes as hexadecimal text for golden tests: two digits a byte, sixteen bytes a line.

#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace strata::testing {

inline std::string Hex(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    char digits[4];
    std::snprintf(digits, sizeof(digits), "%02x", static_cast<unsigned char>(bytes[i]));
    if (i > 0) text += i % 16 == 0 ? '\n' : ' ';
    text += digits;
  }
  return text;
}

}  // namespace strata::testing
