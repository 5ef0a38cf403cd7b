#include "compaction/rate_limiter.h"

#include <algorithm>

namespace strata::compaction {

std::uint64_t RateLimiter::Charge(std::uint64_t bytes) {
  if (bytes_per_s_ == 0) return 0;
  const std::uint64_t now = clock_.NowMicros();
  MutexLock lock(mutex_);
  paid_until_us_ = std::max(paid_until_us_, now) + bytes * 1'000'000 / bytes_per_s_;
  return paid_until_us_ - now;
}

}  // namespace strata::compaction
