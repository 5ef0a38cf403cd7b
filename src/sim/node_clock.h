// A machine's clock: the world's time, seen with an offset and a drift.
//
// Thread safety: the world's.

#pragma once

#include <cstdint>

#include "io/clock.h"

namespace strata::sim {

class World;

class NodeClock final : public Clock {
 public:
  NodeClock(World& world, std::int64_t offset_us, std::int64_t drift_ppm);

  std::uint64_t NowMicros() override { return NowNanos() / 1000; }
  std::uint64_t NowNanos() override;
  std::uint64_t WallMicros() override;
  // At least so long on this clock. REQUIRES: a simulated thread calls it.
  void SleepMicros(std::uint64_t micros) override;

  void SetWallOffset(std::int64_t micros) { wall_offset_us_ = micros; }

  // The world's time at which NowNanos() is `nanos` or a little more.
  std::uint64_t TrueNanosAt(std::uint64_t nanos) const;

 private:
  World& world_;
  const std::int64_t offset_nanos_;
  const std::int64_t drift_ppm_;
  std::int64_t wall_offset_us_ = 0;
};

}  // namespace strata::sim
