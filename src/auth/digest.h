// SHA-256, and what goes with it. The work is OpenSSL's.
//
// Thread safety: pure functions.

#pragma once

#include <string>
#include <string_view>

namespace strata::auth {

inline constexpr std::size_t kDigestBytes = 32;

std::string Sha256(std::string_view bytes);
// In time that depends on the sizes alone, so that nobody learns from it how far a guess was right.
bool EqualInConstantTime(std::string_view a, std::string_view b);
// "00ff".
std::string Hex(std::string_view bytes);

}  // namespace strata::auth
