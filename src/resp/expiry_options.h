// How requests tell when a key expires: EX, PX, EXAT and PXAT, and a number.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "resp/call.h"

namespace strata::resp {

struct ExpiryUnit {
  std::int64_t micros = 1'000'000;
  bool absolute = false;  // Since 1970, not from now on.
};

// Of "EX", "PX", "EXAT", "PXAT".
std::optional<ExpiryUnit> ExpiryUnitOf(std::string_view word);
// The moment, in microseconds since 1970. Nothing: the number is none, isn't positive or is too
// large, and that has been replied.
std::optional<std::uint64_t> ParseExpiry(Call& call, ExpiryUnit unit, std::string_view number);

}  // namespace strata::resp
