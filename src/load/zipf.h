// Ranks from 0 on, the low ones most often: rank k in proportion to 1 / (k + 1)^0.99, as YCSB draws
// the keys that everybody wants.
//
// Source: Hörmann and Derflinger, "Rejection-inversion to generate variates from monotone discrete
// distributions" (1996). No table and no sum over all ranks: their number may grow at no cost.
// Thread safety: none.

#pragma once

#include <cstdint>

#include "base/random.h"

namespace strata::load {

class Zipf {
 public:
  // REQUIRES: count > 0.
  explicit Zipf(std::uint64_t count) { Grow(count); }

  // From now on there are so many ranks.
  void Grow(std::uint64_t count);
  std::uint64_t Next(Random* random) const;
  std::uint64_t count() const { return count_; }

 private:
  std::uint64_t count_ = 0;
  double area_low_ = 0;   // Of the curve below the first rank, and
  double area_high_ = 0;  // up to the last one.
};

}  // namespace strata::load
