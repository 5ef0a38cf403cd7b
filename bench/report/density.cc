#include "report/density.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace strata::report {
namespace {

constexpr std::size_t kReadAtMost = 2'000;

std::vector<double> Thinned(Numbers sample) {
  std::vector<double> sorted = Sorted(sample);
  if (sorted.size() <= kReadAtMost) return sorted;
  std::vector<double> thin;
  for (std::size_t i = 0; i < kReadAtMost; ++i) {
    thin.push_back(PercentileOfSorted(sorted, 100 * (static_cast<double>(i) + 0.5) / kReadAtMost));
  }
  return thin;
}

}  // namespace

double SilvermanBandwidth(Numbers sample) {
  if (sample.size() < 2) return 0;
  return StdDev(sample) * std::pow(4 / (3 * static_cast<double>(sample.size())), 0.2);
}

Density KernelDensity(Numbers sample, std::size_t points) {
  Density density;
  const double bandwidth = SilvermanBandwidth(sample);
  if (bandwidth <= 0 || points < 2) return density;
  const std::vector<double> sorted = Thinned(sample);
  const double from = *std::min_element(sample.begin(), sample.end()) - 3 * bandwidth;
  const double to = *std::max_element(sample.begin(), sample.end()) + 3 * bandwidth;
  const double scale =
      1 / (std::sqrt(2 * std::numbers::pi) * bandwidth * static_cast<double>(sorted.size()));
  for (std::size_t i = 0; i < points; ++i) {
    const double x = from + (to - from) * static_cast<double>(i) / static_cast<double>(points - 1);
    double sum = 0;
    for (const double value : sorted) {
      const double distance = (x - value) / bandwidth;
      if (std::abs(distance) < 6) sum += std::exp(-0.5 * distance * distance);
    }
    density.x.push_back(x);
    density.y.push_back(sum * scale);
  }
  return density;
}

double DensityAt(const Density& density, double x) {
  const auto above = std::lower_bound(density.x.begin(), density.x.end(), x);
  if (above == density.x.end() || (above == density.x.begin() && x < density.x.front())) return 0;
  if (above == density.x.begin()) return density.y.front();
  const auto i = static_cast<std::size_t>(above - density.x.begin());
  const double share = (x - density.x[i - 1]) / (density.x[i] - density.x[i - 1]);
  return density.y[i - 1] + share * (density.y[i] - density.y[i - 1]);
}

}  // namespace strata::report
