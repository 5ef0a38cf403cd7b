// Numbers as people write them ("64MiB", "10k") and as people read them ("64.0 MiB", "1.3 ms").
//
// Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace strata::cli {

// "65536", "64KiB", "64K" (K, M, G, T are powers of 1024, as KiB, MiB, ...; kB, MB, GB, TB are
// powers of 1000). Errors: kInvalidArgument that shows an example.
Result<std::uint64_t> ParseSize(std::string_view text);

// "1000", "10k", "3M": powers of 1000.
Result<std::uint64_t> ParseCount(std::string_view text);

// "250ms", "10s", "1h", "2d"; the unit is required unless the number is 0. Microseconds.
Result<std::uint64_t> ParseDurationMicros(std::string_view text);

// Exactly, as the above read it: "64MiB", "1500B"; "10s", "0".
std::string SizeText(std::uint64_t bytes);
std::string DurationText(std::uint64_t micros);

std::string FormatSize(std::uint64_t bytes);       // "64.0 MiB"
std::string FormatCount(std::uint64_t count);      // "1,234,567"
std::string FormatNanos(std::uint64_t nanos);      // "1.30 ms"
std::string FormatReal(double value, int digits);  // digits after the point.

}  // namespace strata::cli
