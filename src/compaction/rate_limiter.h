// Holds compaction to a number of bytes a second, so that it leaves the disk to readers and
// commits. It never sleeps: it says how long to wait, and the caller schedules its next step then.
//
// Thread safety: any thread may call any member.

#pragma once

#include <cstdint>

#include "io/clock.h"
#include "io/mutex.h"

namespace strata::compaction {

class RateLimiter {
 public:
  // 0 bytes a second: unlimited.
  RateLimiter(std::uint64_t bytes_per_s, Clock& clock) : bytes_per_s_(bytes_per_s), clock_(clock) {}

  // `bytes` were read or written just now. Returns the microseconds after which all that was
  // charged so far is paid for.
  std::uint64_t Charge(std::uint64_t bytes);

 private:
  const std::uint64_t bytes_per_s_;
  Clock& clock_;
  Mutex mutex_;
  std::uint64_t paid_until_us_ STRATA_GUARDED_BY(mutex_) = 0;
};

}  // namespace strata::compaction
