#include "load/schedule.h"

#include <cmath>

namespace strata::load {

Schedule::Schedule(double rate, Arrivals arrivals, std::uint64_t start_ns, Random random)
    : gap_ns_(1e9 / rate), arrivals_(arrivals), start_ns_(start_ns), random_(random) {
  Advance();
}

void Schedule::Advance() {
  const bool even = arrivals_ == Arrivals::kEven;
  after_ns_ += even ? gap_ns_ : -std::log1p(-random_.NextDouble()) * gap_ns_;
}

}  // namespace strata::load
