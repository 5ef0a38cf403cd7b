#include "compaction/rate_limiter.h"

#include <catch2/catch.hpp>

namespace strata::compaction {

TEST_CASE("bytes beyond the rate are waited for", "[background-work]") {
  ManualClock clock;
  RateLimiter limiter(1000, clock);
  CHECK(limiter.Charge(500) == 500'000);
  clock.Advance(200'000);
  CHECK(limiter.Charge(0) == 300'000);
  CHECK(limiter.Charge(100) == 400'000);
  clock.Advance(10'000'000);
  CHECK(limiter.Charge(1) == 1'000);  // What wasn't used isn't saved up.
}

TEST_CASE("no rate is no limit", "[background-work]") {
  ManualClock clock;
  RateLimiter limiter(0, clock);
  CHECK(limiter.Charge(1'000'000'000) == 0);
}

}  // namespace strata::compaction
