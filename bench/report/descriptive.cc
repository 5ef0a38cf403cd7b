#include "report/descriptive.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"

namespace strata::report {

double Mean(Numbers sample) {
  if (sample.empty()) return 0;
  return std::accumulate(sample.begin(), sample.end(), 0.0) / static_cast<double>(sample.size());
}

double StdDev(Numbers sample) {
  if (sample.size() < 2) return 0;
  const double mean = Mean(sample);
  double squares = 0;
  for (const double value : sample) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(sample.size() - 1));
}

std::vector<double> Sorted(Numbers sample) {
  std::vector<double> sorted(sample.begin(), sample.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

double PercentileOfSorted(Numbers sorted, double percent) {
  STRATA_CHECK(!sorted.empty());
  const double rank =
      std::clamp(percent, 0.0, 100.0) / 100 * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  if (below + 1 >= sorted.size()) return sorted.back();
  return sorted[below] + (sorted[below + 1] - sorted[below]) * (rank - static_cast<double>(below));
}

double Percentile(Numbers sample, double percent) {
  return PercentileOfSorted(Sorted(sample), percent);
}

double Median(Numbers sample) {
  return Percentile(sample, 50);
}

double MedianAbsDev(Numbers sample) {
  const double median = Median(sample);
  std::vector<double> distances;
  for (const double value : sample) distances.push_back(std::abs(value - median));
  return Median(distances) * kMadScale;
}

Fences TukeyFences(Numbers sample) {
  const std::vector<double> sorted = Sorted(sample);
  const double q1 = PercentileOfSorted(sorted, 25);
  const double q3 = PercentileOfSorted(sorted, 75);
  const double range = q3 - q1;
  return {q1 - 3 * range, q1 - 1.5 * range, q3 + 1.5 * range, q3 + 3 * range};
}

Outlier Classify(const Fences& fences, double value) {
  if (value < fences.low_severe) return Outlier::kLowSevere;
  if (value < fences.low_mild) return Outlier::kLowMild;
  if (value > fences.high_severe) return Outlier::kHighSevere;
  if (value > fences.high_mild) return Outlier::kHighMild;
  return Outlier::kClean;
}

OutlierCounts CountOutliers(const Fences& fences, Numbers sample) {
  OutlierCounts counts;
  for (const double value : sample) {
    switch (Classify(fences, value)) {
      case Outlier::kLowSevere:
        ++counts.low_severe;
        break;
      case Outlier::kLowMild:
        ++counts.low_mild;
        break;
      case Outlier::kClean:
        break;
      case Outlier::kHighMild:
        ++counts.high_mild;
        break;
      case Outlier::kHighSevere:
        ++counts.high_severe;
        break;
    }
  }
  return counts;
}

double Lag1Autocorrelation(Numbers sample) {
  if (sample.size() < 3) return 0;
  const double mean = Mean(sample);
  double products = 0;
  double squares = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    squares += (sample[i] - mean) * (sample[i] - mean);
    if (i > 0) products += (sample[i] - mean) * (sample[i - 1] - mean);
  }
  return squares > 0 ? products / squares : 0;
}

}  // namespace strata::report
