// Judges the entries that a read meets, all by one reading of the clock.
//
// Thread safety: none; each belongs to one read.

#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "io/clock.h"
#include "iter/expiry.h"
#include "strata/db.h"

namespace strata {

// For the largest value of a batch in which something expires: with the expiry before it, it must
// still be a value. Errors: kInvalidArgument.
inline Status CheckExpiringSize(std::uint64_t value_bytes) {
  constexpr std::uint64_t kMax = kValueSizeMax - kExpirySize;
  if (value_bytes <= kMax) return {};
  return InvalidArgument("a value of " + std::to_string(value_bytes) +
                         " bytes is longer than the " + std::to_string(kMax) +
                         " that are allowed where something expires; nothing was written");
}

// The clock is read at the first entry that expires: a read that meets none pays nothing.
class ExpiryCheck {
 public:
  // `now_us`: in the place of the clock's time, unless it is 0.
  explicit ExpiryCheck(Clock& clock, std::uint64_t now_us = 0) : clock_(clock), now_us_(now_us) {}

  std::uint64_t now_us() {
    if (now_us_ == 0) now_us_ = clock_.WallMicros();
    return now_us_;
  }

  // Whether an entry is still there; takes the expiry off its value.
  bool Admit(EntryKind kind, std::string* value) {
    expires_at_us_ = ExpiryOf(kind, *value);
    if (expires_at_us_ == 0) return true;
    if (expires_at_us_ <= now_us()) return false;
    value->erase(0, kExpirySize);
    return true;
  }

  // Of the entry admitted last; 0: never.
  std::uint64_t expires_at_us() const { return expires_at_us_; }

 private:
  Clock& clock_;
  std::uint64_t now_us_;
  std::uint64_t expires_at_us_ = 0;
};

}  // namespace strata
