// How long things took, counted in buckets whose bounds are round numbers of seconds, so that a
// bucket can be told to Prometheus as it is. To record costs two additions.
//
// Thread safety: Record from any thread; Read sees some instant.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace strata {

// Six bounds a decade, from 1 µs to 10 s. A duration is counted at the first bound that it doesn't
// exceed; the last count is of those beyond all bounds.
inline constexpr std::array<std::uint64_t, 43> kDurationBounds = [] {
  std::array<std::uint64_t, 43> bounds{};
  std::uint64_t decade = 100;  // Of nanoseconds, times 10.
  for (std::size_t i = 0; i < 42; ++i) {
    constexpr std::array<std::uint64_t, 6> kSteps = {10, 15, 20, 30, 50, 70};
    bounds[i] = decade * kSteps[i % 6];
    if (i % 6 == 5) decade *= 10;
  }
  bounds[42] = decade * 10;
  return bounds;
}();

// The counts at one instant, or what came between two.
struct DurationCounts {
  std::array<std::uint64_t, kDurationBounds.size() + 1> counts{};
  std::uint64_t sum_nanos = 0;

  std::uint64_t count() const;
  double mean_nanos() const;
  // About the duration that `percent` % don't exceed: as if a bucket's were spread evenly over it.
  // 0 when empty; the last bound for those beyond it.
  std::uint64_t Percentile(double percent) const;
  // What came after `earlier`.
  DurationCounts Since(const DurationCounts& earlier) const;
};

class Durations {
 public:
  // So many that took as long.
  void Record(std::uint64_t nanos, std::uint64_t times = 1) {
    counts_[BucketOf(nanos)].fetch_add(times, std::memory_order_relaxed);
    sum_nanos_.fetch_add(nanos * times, std::memory_order_relaxed);
  }
  DurationCounts Read() const;

  // The place of the first bound that is not below `nanos`.
  static std::size_t BucketOf(std::uint64_t nanos);

 private:
  std::array<std::atomic<std::uint64_t>, kDurationBounds.size() + 1> counts_{};
  std::atomic<std::uint64_t> sum_nanos_{0};
};

}  // namespace strata
