// Wall clock as text: "2026-12-01T02:56:17Z", with as many digits of a second as it has.
//
// Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace strata::cli {

// Microseconds since 1970, in UTC (RFC 3339).
std::string FormatMoment(std::uint64_t micros);
// RFC 3339, with "Z" or an offset as "+02:00". Errors: kInvalidArgument that shows an example.
Result<std::uint64_t> ParseMoment(std::string_view text);

}  // namespace strata::cli
