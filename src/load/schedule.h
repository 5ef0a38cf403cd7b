// When requests are due. In an open loop that is fixed by the rate alone, whatever the server does:
// a request that it keeps waiting is as late as a user would find it.
//
// Source: Gil Tene's "coordinated omission" (https://github.com/giltene/wrk2).
// Thread safety: none.

#pragma once

#include <cstdint>

#include "base/random.h"

namespace strata::load {

enum class Arrivals : std::uint8_t {
  kPoisson,  // As many users who know nothing of each other: gaps are exponential.
  kEven,     // All gaps are the same.
};

class Schedule {
 public:
  // REQUIRES: rate > 0, a second.
  Schedule(double rate, Arrivals arrivals, std::uint64_t start_ns, Random random);

  // Of the next request.
  std::uint64_t due_ns() const { return start_ns_ + static_cast<std::uint64_t>(after_ns_); }
  void Advance();

 private:
  const double gap_ns_;
  const Arrivals arrivals_;
  const std::uint64_t start_ns_;
  Random random_;
  double after_ns_ = 0;  // The start.
};

}  // namespace strata::load
