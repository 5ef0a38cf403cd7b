#include "report/compare.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace strata::report {
namespace {

constexpr std::uint64_t kNull = 4;
constexpr std::uint64_t kOldSide = 5;

Estimate RatioFromDistribution(double point, std::vector<double> values, double level) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  if (values.empty()) return {point, 0, point, point};
  const Interval interval = PercentileInterval(values, level);
  return {point, StdDev(values), interval.lower, interval.upper};
}

// Each value of one side over a value of the other that is drawn for it.
std::vector<double> Ratios(const std::vector<double>& now, const std::vector<double>& old,
                           const ResampleOptions& options) {
  std::vector<double> ratios(std::min(now.size(), old.size()));
  ResampleOptions draws = options;
  draws.count = ratios.size();
  ForEachResample(draws, kOldSide, [&](std::size_t i, Random& random) {
    ratios[i] = now[i] / old[random.Uniform(old.size())] - 1;
  });
  return ratios;
}

std::vector<double> PointsOf(const LaunchAnalysis& analysis, Estimate Estimates::* which) {
  std::vector<double> points;
  for (const Analysis& launch : analysis.each) points.push_back((launch.estimates.*which).point);
  return points;
}

void CompareLaunches(const LaunchAnalysis& now, const LaunchAnalysis& old,
                     const CompareOptions& options, Change* change) {
  const double level = options.resampling.confidence_level;
  change->over_launches = true;
  change->typical = RatioOverLaunches(now.typical, old.typical, level);
  change->mean =
      RatioOverLaunches(PointsOf(now, &Estimates::mean), PointsOf(old, &Estimates::mean), level);
  change->median = RatioOverLaunches(PointsOf(now, &Estimates::median),
                                     PointsOf(old, &Estimates::median), level);
  change->t = WelchT(now.typical, old.typical);
  change->null = NullDistribution(now.typical, old.typical, options.resampling);
}

// The slopes if both sides have them, as the estimate that stands for the benchmark.
void CompareSamples(const Sample& now, const Analysis& now_analysis, const Sample& old,
                    const Analysis& old_analysis, const CompareOptions& options, Change* change) {
  const double level = options.resampling.confidence_level;
  const Estimates& a = now_analysis.estimates;
  const Estimates& b = old_analysis.estimates;
  const bool slopes = a.slope && b.slope;
  const Distributions& da = now_analysis.distributions;
  const Distributions& db = old_analysis.distributions;
  change->mean =
      RatioFromDistribution(a.mean.point / b.mean.point - 1, change->mean_distribution, level);
  change->median = RatioFromDistribution(a.median.point / b.median.point - 1,
                                         change->median_distribution, level);
  change->typical = change->mean;
  if (slopes) {
    change->typical = RatioFromDistribution(a.slope->point / b.slope->point - 1,
                                            Ratios(da.slope, db.slope, options.resampling), level);
  }
  const std::size_t block = std::max(now_analysis.block, old_analysis.block);
  const std::vector<double> x = BatchMeans(now.PerIteration(), block);
  const std::vector<double> y = BatchMeans(old.PerIteration(), block);
  if (block > 1) change->typical = change->mean = RatioOverLaunches(x, y, level);
  change->t = WelchT(x, y);
  change->null = NullDistribution(x, y, options.resampling);
}

}  // namespace

double WelchT(Numbers a, Numbers b) {
  const double difference = Mean(a) - Mean(b);
  const double variance = std::pow(StdDev(a), 2) / static_cast<double>(a.size()) +
                          std::pow(StdDev(b), 2) / static_cast<double>(b.size());
  return difference == 0 ? 0 : difference / std::sqrt(variance);
}

std::vector<double> NullDistribution(Numbers a, Numbers b, const ResampleOptions& options) {
  std::vector<double> both(a.begin(), a.end());
  both.insert(both.end(), b.begin(), b.end());
  std::vector<double> values(options.count);
  ForEachResample(options, kNull, [&](std::size_t i, Random& random) {
    thread_local std::vector<std::uint32_t> positions;
    thread_local std::vector<double> drawn;
    DrawPositions(random, both.size(), 1, &positions);
    drawn.clear();
    for (const std::uint32_t position : positions) drawn.push_back(both[position]);
    values[i] = WelchT(Numbers(drawn).first(a.size()), Numbers(drawn).subspan(a.size()));
  });
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  return values;
}

double PValue(double t, Numbers null) {
  const auto hits = std::count_if(null.begin(), null.end(),
                                  [t](double value) { return std::abs(value) >= std::abs(t); });
  return static_cast<double>(hits + 1) / static_cast<double>(null.size() + 1);
}

Change Compare(const std::vector<Sample>& now, const LaunchAnalysis& now_analysis,
               const std::vector<Sample>& old, const LaunchAnalysis& old_analysis,
               const CompareOptions& options) {
  Change change;
  const Distributions& da = now_analysis.pooled.distributions;
  const Distributions& db = old_analysis.pooled.distributions;
  change.mean_distribution = Ratios(da.mean, db.mean, options.resampling);
  change.median_distribution = Ratios(da.median, db.median, options.resampling);
  if (now.size() >= 2 && old.size() >= 2) {
    CompareLaunches(now_analysis, old_analysis, options, &change);
  } else {
    CompareSamples(now.front(), now_analysis.each.front(), old.front(), old_analysis.each.front(),
                   options, &change);
  }
  change.p = PValue(change.t, change.null);
  change.p_adjusted = change.p;
  change.verdict = Judge(change, options);
  return change;
}

Verdict Judge(const Change& change, const CompareOptions& options) {
  if (change.p_adjusted >= options.significance_level) return Verdict::kNoChange;
  if (change.typical.upper < -options.noise_threshold) return Verdict::kImproved;
  if (change.typical.lower > options.noise_threshold) return Verdict::kRegressed;
  return Verdict::kWithinNoise;
}

std::vector<double> AdjustForSuite(Numbers p_values) {
  const std::size_t count = p_values.size();
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return p_values[a] > p_values[b]; });
  std::vector<double> adjusted(count);
  double least = 1;
  for (std::size_t i = 0; i < count; ++i) {  // From the largest p down.
    const auto rank = static_cast<double>(count - i);
    least = std::min(least, p_values[order[i]] * static_cast<double>(count) / rank);
    adjusted[order[i]] = least;
  }
  return adjusted;
}

const char* Name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kNoChange:
      return "no change detected";
    case Verdict::kImproved:
      return "improved";
    case Verdict::kRegressed:
      return "regressed";
    case Verdict::kWithinNoise:
      return "change within noise";
  }
  return "";
}

}  // namespace strata::report
