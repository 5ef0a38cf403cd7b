#include "stats/durations.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace strata {
namespace {

// The first bound that a number of so many bits may not exceed: no search begins before it.
constexpr std::array<std::uint8_t, 65> kFirstBound = [] {
  std::array<std::uint8_t, 65> first{};
  for (std::size_t bits = 1; bits <= 64; ++bits) {
    const std::uint64_t least = std::uint64_t{1} << (bits - 1);
    std::uint8_t i = 0;
    while (i < kDurationBounds.size() && kDurationBounds[i] < least) ++i;
    first[bits] = i;
  }
  return first;
}();

}  // namespace

std::size_t Durations::BucketOf(std::uint64_t nanos) {
  std::size_t i = kFirstBound[static_cast<std::size_t>(std::bit_width(nanos))];
  while (i < kDurationBounds.size() && kDurationBounds[i] < nanos) ++i;
  return i;
}

DurationCounts Durations::Read() const {
  DurationCounts read;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    read.counts[i] = counts_[i].load(std::memory_order_relaxed);
  }
  read.sum_nanos = sum_nanos_.load(std::memory_order_relaxed);
  return read;
}

std::uint64_t DurationCounts::count() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t count : counts) sum += count;
  return sum;
}

double DurationCounts::mean_nanos() const {
  const std::uint64_t all = count();
  return all == 0 ? 0 : static_cast<double>(sum_nanos) / static_cast<double>(all);
}

std::uint64_t DurationCounts::Percentile(double percent) const {
  const std::uint64_t all = count();
  if (all == 0) return 0;
  const double rank = std::clamp(std::ceil(static_cast<double>(all) * percent / 100), 1.0,
                                 static_cast<double>(all));
  double seen = 0;
  for (std::size_t i = 0; i < kDurationBounds.size(); ++i) {
    const auto here = static_cast<double>(counts[i]);
    if (here > 0 && seen + here >= rank) {
      const double low = i == 0 ? 0 : static_cast<double>(kDurationBounds[i - 1]);
      const auto high = static_cast<double>(kDurationBounds[i]);
      return static_cast<std::uint64_t>(low + (high - low) * (rank - seen) / here);
    }
    seen += here;
  }
  return kDurationBounds.back();
}

DurationCounts DurationCounts::Since(const DurationCounts& earlier) const {
  DurationCounts between;
  for (std::size_t i = 0; i < counts.size(); ++i) between.counts[i] = counts[i] - earlier.counts[i];
  between.sum_nanos = sum_nanos - earlier.sum_nanos;
  return between;
}

}  // namespace strata
