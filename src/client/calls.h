// Typed calls: a message is asked for with another one.
//
// Thread safety: as Core.

#pragma once

#include <utility>

#include "client/convert.h"
#include "client/core.h"

namespace strata::client {

// What an answer holds. Errors: those of the server; kUnavailable.
template <typename Message>
Result<Message> MessageIn(const Answer& answer) {
  if (answer.outcome != Outcome::kDone) return ErrorOf(answer);
  return OnlyMessage<Message>(answer);
}

// How long a call of which nobody knows how long it takes may take.
inline constexpr std::uint64_t kLongUs = 3'600'000'000;
inline std::uint64_t LongUnless(std::uint64_t timeout_us) {
  return timeout_us != 0 ? timeout_us : kLongUs;
}

}  // namespace strata::client
