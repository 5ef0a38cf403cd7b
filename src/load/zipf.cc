#include "load/zipf.h"

#include <algorithm>
#include <cmath>

namespace strata::load {
namespace {

constexpr double kTheta = 0.99;

// The height of the curve at x, the area below it, and where that area is reached.
double Height(double x) {
  return std::pow(x, -kTheta);
}
double Area(double x) {
  return std::expm1((1 - kTheta) * std::log(x)) / (1 - kTheta);
}
double PlaceOf(double area) {
  return std::exp(std::log1p(area * (1 - kTheta)) / (1 - kTheta));
}

}  // namespace

void Zipf::Grow(std::uint64_t count) {
  count_ = count;
  area_low_ = Area(1.5) - 1;
  area_high_ = Area(static_cast<double>(count) + 0.5);
}

// A point below the curve, drawn evenly, belongs to the nearest rank, unless it lies where the
// curve is above the rank's own column. That is so seldom: most draws are the first ones.
std::uint64_t Zipf::Next(Random* random) const {
  const double most = static_cast<double>(count_);
  while (true) {
    const double area = area_high_ + random->NextDouble() * (area_low_ - area_high_);
    const double rank = std::clamp(std::floor(PlaceOf(area) + 0.5), 1.0, most);
    if (area >= Area(rank + 0.5) - Height(rank)) return static_cast<std::uint64_t>(rank) - 1;
  }
}

}  // namespace strata::load
