// Base64 (RFC 4648, section 4).
//
// Thread safety: pure functions.

#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace strata {

std::string EncodeBase64(std::string_view bytes);
// Without the = at the end.
std::string EncodeBase64Unpadded(std::string_view bytes);

// Errors: kInvalidArgument that says what is wrong and where. Bits that no byte needs may be
// anything: who wants one form only encodes the bytes and compares.
Result<std::string> DecodeBase64(std::string_view text);
Result<std::string> DecodeBase64Unpadded(std::string_view text);

}  // namespace strata
