// Counts of durations (or sizes) in buckets whose width grows with the value: any value to 2^63 is
// kept within 1/32 (3.1 %), in the manner of HdrHistogram.
//
// Thread safety: Record from any thread; the reading members see some instant.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

namespace strata {

class Histogram {
 public:
  void Record(std::uint64_t value);
  void MergeFrom(const Histogram& other);
  void Reset();

  std::uint64_t count() const;
  std::uint64_t sum() const;
  std::uint64_t max() const;  // Exact.
  double mean() const;

  // The smallest bucket bound that at least `percent` % of the values don't exceed; 0 when empty.
  std::uint64_t Percentile(double percent) const;

  // The largest value and the count of each bucket that isn't empty, in ascending order.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> Buckets() const;

 private:
  static constexpr int kSubBits = 5;  // 32 steps in each power of two.
  static constexpr std::size_t kBuckets = (64 - kSubBits) * (1 << kSubBits) + (1 << kSubBits);
  static std::size_t BucketOf(std::uint64_t value);
  static std::uint64_t UpperBoundOf(std::size_t bucket);

  std::array<std::atomic<std::uint64_t>, kBuckets> buckets_{};
  std::atomic<std::uint64_t> sum_{0};
  std::atomic<std::uint64_t> max_{0};
};

}  // namespace strata
