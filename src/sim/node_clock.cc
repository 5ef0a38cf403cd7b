#include "sim/node_clock.h"

#include "base/check.h"
#include "sim/world.h"

namespace strata::sim {
namespace {

constexpr std::int64_t kMillion = 1'000'000;
constexpr std::int64_t kStartNanos = 1'000'000'000'000'000'000;  // In 2001.

}  // namespace

NodeClock::NodeClock(World& world, std::int64_t offset_us, std::int64_t drift_ppm)
    : world_(world), offset_nanos_(kStartNanos + offset_us * 1000), drift_ppm_(drift_ppm) {
  STRATA_CHECK(drift_ppm > -kMillion && drift_ppm < kMillion);
}

// The drift is counted from the world's beginning, in whole microseconds so that it doesn't
// overflow.
std::uint64_t NodeClock::NowNanos() {
  const auto now = static_cast<std::int64_t>(world_.now_nanos());
  return static_cast<std::uint64_t>(offset_nanos_ + now + now / 1000 * drift_ppm_ / 1000);
}

std::uint64_t NodeClock::WallMicros() {
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(NowMicros()) + wall_offset_us_);
}

std::uint64_t NodeClock::TrueNanosAt(std::uint64_t nanos) const {
  const std::int64_t since = static_cast<std::int64_t>(nanos) - offset_nanos_;
  if (since <= 0) return 0;
  // now * (1 + drift) = since; a microsecond more, for what was rounded.
  const std::int64_t now = since / (kMillion + drift_ppm_) * kMillion +
                           since % (kMillion + drift_ppm_) * kMillion / (kMillion + drift_ppm_);
  return static_cast<std::uint64_t>(now) + 2000;
}

void NodeClock::SleepMicros(std::uint64_t micros) {
  const std::uint64_t until = NowNanos() + micros * 1000;
  world_.SleepUntil(TrueNanosAt(until));
}

}  // namespace strata::sim
