// What one sample of numbers says: centre, spread, outliers, and how its neighbours resemble.
//
// Pure functions over spans. The definitions are those that Criterion prints, so that its tools
// read our files: percentiles are R's type 7, the median absolute deviation is scaled to a normal's
// SD.

#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace strata::report {

using Numbers = std::span<const double>;

double Mean(Numbers sample);
// Divides by n - 1; 0 for fewer than two numbers.
double StdDev(Numbers sample);

std::vector<double> Sorted(Numbers sample);
// Linear between the ranks around percent/100 * (n - 1). REQUIRES: sorted, not empty.
double PercentileOfSorted(Numbers sorted, double percent);
double Percentile(Numbers sample, double percent);
double Median(Numbers sample);
// The median distance from the median, times 1.4826.
double MedianAbsDev(Numbers sample);
inline constexpr double kMadScale = 1.4826;

// Tukey's fences: 1.5 (mild) and 3 (severe) interquartile ranges outside the quartiles.
struct Fences {
  double low_severe = 0;
  double low_mild = 0;
  double high_mild = 0;
  double high_severe = 0;
};
Fences TukeyFences(Numbers sample);

enum class Outlier { kLowSevere, kLowMild, kClean, kHighMild, kHighSevere };
Outlier Classify(const Fences& fences, double value);

struct OutlierCounts {
  std::size_t low_severe = 0;
  std::size_t low_mild = 0;
  std::size_t high_mild = 0;
  std::size_t high_severe = 0;

  std::size_t total() const { return low_severe + low_mild + high_mild + high_severe; }
};
OutlierCounts CountOutliers(const Fences& fences, Numbers sample);

// How much a number tells of the next one, in the order of measurement: -1 to 1.
double Lag1Autocorrelation(Numbers sample);

}  // namespace strata::report
