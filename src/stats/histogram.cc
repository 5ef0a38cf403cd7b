#include "stats/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace strata {

// Values below 32 have a bucket each. Above, a value's highest bit picks a power of two and the
// five bits below it one of its 32 steps.
std::size_t Histogram::BucketOf(std::uint64_t value) {
  const auto bits = static_cast<int>(std::bit_width(value));
  if (bits <= kSubBits) return value;
  const int shift = bits - 1 - kSubBits;
  const std::uint64_t step = (value >> shift) & ((1 << kSubBits) - 1);
  return (static_cast<std::size_t>(shift + 1) << kSubBits) + step;
}

std::uint64_t Histogram::UpperBoundOf(std::size_t bucket) {
  const std::uint64_t step = bucket & ((1 << kSubBits) - 1);
  if (bucket < (1 << kSubBits)) return step;
  const std::size_t shift = (bucket >> kSubBits) - 1;
  const std::uint64_t first = ((1 << kSubBits) + step) << shift;
  return first + ((std::uint64_t{1} << shift) - 1);
}

void Histogram::Record(std::uint64_t value) {
  buckets_[BucketOf(value)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(value, std::memory_order_relaxed);
  std::uint64_t seen = max_.load(std::memory_order_relaxed);
  while (seen < value && !max_.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
}

void Histogram::MergeFrom(const Histogram& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) {
    const std::uint64_t count = other.buckets_[i].load(std::memory_order_relaxed);
    if (count > 0) buckets_[i].fetch_add(count, std::memory_order_relaxed);
  }
  sum_.fetch_add(other.sum(), std::memory_order_relaxed);
  const std::uint64_t value = other.max();
  std::uint64_t seen = max_.load(std::memory_order_relaxed);
  while (seen < value && !max_.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
}

void Histogram::Reset() {
  for (auto& bucket : buckets_) bucket.store(0, std::memory_order_relaxed);
  sum_.store(0, std::memory_order_relaxed);
  max_.store(0, std::memory_order_relaxed);
}

std::uint64_t Histogram::count() const {
  std::uint64_t count = 0;
  for (const auto& bucket : buckets_) count += bucket.load(std::memory_order_relaxed);
  return count;
}

std::uint64_t Histogram::sum() const {
  return sum_.load(std::memory_order_relaxed);
}

std::uint64_t Histogram::max() const {
  return max_.load(std::memory_order_relaxed);
}

double Histogram::mean() const {
  const std::uint64_t values = count();
  return values == 0 ? 0 : static_cast<double>(sum()) / static_cast<double>(values);
}

std::uint64_t Histogram::Percentile(double percent) const {
  const std::uint64_t values = count();
  if (values == 0) return 0;
  const double exact_rank = std::ceil(static_cast<double>(values) * percent / 100);
  const auto rank = std::clamp(static_cast<std::uint64_t>(exact_rank), std::uint64_t{1}, values);
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i].load(std::memory_order_relaxed);
    if (seen >= rank) return std::min(UpperBoundOf(i), max());
  }
  return max();  // Values were taken away meanwhile.
}

std::vector<std::pair<std::uint64_t, std::uint64_t>> Histogram::Buckets() const {
  std::vector<std::pair<std::uint64_t, std::uint64_t>> buckets;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    const std::uint64_t count = buckets_[i].load(std::memory_order_relaxed);
    if (count > 0) buckets.emplace_back(UpperBoundOf(i), count);
  }
  return buckets;
}

}  // namespace strata
