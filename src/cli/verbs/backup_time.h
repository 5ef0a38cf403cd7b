// Moments as people write them: "2026-12-01T04:30:00Z", UTC (RFC 3339).
//
// Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace strata::cli {

// `time_us` is microseconds since 1970; "" for 0. Fractions of a second are left out.
std::string FormatTime(std::uint64_t time_us);
// The end of the second that is named, so that what FormatTime shows finds what it was made of.
// Errors: kInvalidArgument.
Result<std::uint64_t> ParseTime(std::string_view text);

}  // namespace strata::cli
