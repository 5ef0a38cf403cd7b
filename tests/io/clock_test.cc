#include "io/clock.h"

#include <catch2/catch.hpp>

#include "io/environment.h"

namespace strata {
namespace {

TEST_CASE("a manual clock moves only when told to", "[map-and-shell]") {
  ManualClock clock(1000);
  CHECK(clock.NowMicros() == 1000);
  CHECK(clock.NowMicros() == 1000);
  clock.Advance(5);
  CHECK(clock.NowMicros() == 1005);
  CHECK(clock.WallMicros() == 1005);
  CHECK(clock.NowNanos() == 1'005'000);
  clock.SleepMicros(10);
  CHECK(clock.NowMicros() == 1015);
}

TEST_CASE("the real clock never goes back and knows the year", "[map-and-shell]") {
  Clock& clock = *RealEnvironment().clock;
  const std::uint64_t before = clock.NowNanos();
  clock.SleepMicros(1);
  CHECK(clock.NowNanos() >= before + 1000);
  CHECK(clock.NowMicros() >= before / 1000);
  CHECK(clock.WallMicros() > 1'700'000'000'000'000);
}

TEST_CASE("random bits never come again, and those of a seed are the same each time",
          "[map-and-shell]") {
  const Entropy& kernel = RealEnvironment().entropy;
  CHECK(kernel() != kernel());
  const Entropy seeded = SeededEntropy(7);
  const Entropy same = SeededEntropy(7);
  const std::uint64_t first = seeded();
  CHECK(first == same());
  const Entropy copy = seeded;  // Goes on where the other is.
  const std::uint64_t second = copy();
  CHECK(second != first);
  CHECK(second == same());
  CHECK(seeded() == same());
}

}  // namespace
}  // namespace strata
