#include "report/launches.h"

#include <cmath>

#include "base/check.h"
#include "report/student.h"

namespace strata::report {
namespace {

constexpr std::uint64_t kHierarchical = 3;

std::vector<double> Logarithms(Numbers values) {
  std::vector<double> logs;
  for (const double value : values) {
    STRATA_CHECK(value > 0);
    logs.push_back(std::log(value));
  }
  return logs;
}

Estimate RatioOf(double log_ratio, double error, double degrees, double level) {
  const double half = StudentQuantile(0.5 + level / 2, degrees) * error;
  return {std::exp(log_ratio) - 1, std::exp(log_ratio) * error, std::exp(log_ratio - half) - 1,
          std::exp(log_ratio + half) - 1};
}

// Moves the values so that they spread around `point` as the standard error says.
void Calibrate(double point, double error, std::vector<double>* values) {
  const double mean = Mean(*values);
  const double spread = StdDev(*values);
  const double scale = spread > 0 ? error / spread : 0;
  for (double& value : *values) value = point + (value - mean) * scale;
}

using Distribution = std::vector<double> Distributions::*;

// Draws launches, and in each a resample that its own analysis has made.
Estimate Pool(const std::vector<Analysis>& each, const Estimate& (*estimate)(const Analysis&),
              Distribution distribution, const ResampleOptions& options, Distributions* out) {
  std::vector<double> points;
  for (const Analysis& launch : each) points.push_back(estimate(launch).point);
  const Estimate pooled = EstimateOverLaunches(points, options.confidence_level);
  std::vector<double>& values = out->*distribution;
  values.resize(options.count);
  ForEachResample(options, kHierarchical, [&](std::size_t i, Random& random) {
    double sum = 0;
    for (std::size_t k = 0; k < each.size(); ++k) {
      const auto& inner = each[random.Uniform(each.size())].distributions.*distribution;
      sum += inner[random.Uniform(inner.size())];
    }
    values[i] = sum / static_cast<double>(each.size());
  });
  Calibrate(pooled.point, pooled.standard_error, &values);
  return pooled;
}

void PoolAll(const std::vector<Analysis>& each, const ResampleOptions& options, Analysis* pooled) {
  Distributions* out = &pooled->distributions;
  Estimates& to = pooled->estimates;
  const auto pool = [&](const Estimate& (*estimate)(const Analysis&), Distribution distribution) {
    return Pool(each, estimate, distribution, options, out);
  };
  to.mean = pool([](const Analysis& a) -> const Estimate& { return a.estimates.mean; },
                 &Distributions::mean);
  to.median = pool([](const Analysis& a) -> const Estimate& { return a.estimates.median; },
                   &Distributions::median);
  to.std_dev = pool([](const Analysis& a) -> const Estimate& { return a.estimates.std_dev; },
                    &Distributions::std_dev);
  to.median_abs_dev =
      pool([](const Analysis& a) -> const Estimate& { return a.estimates.median_abs_dev; },
           &Distributions::median_abs_dev);
  for (const Analysis& launch : each) {
    if (!launch.estimates.slope) return;
  }
  to.slope = pool([](const Analysis& a) -> const Estimate& { return *a.estimates.slope; },
                  &Distributions::slope);
  to.r_squared = pool([](const Analysis& a) -> const Estimate& { return *a.estimates.r_squared; },
                      &Distributions::r_squared);
}

}  // namespace

Estimate EstimateOverLaunches(Numbers launches, double level) {
  const double mean = Mean(launches);
  if (launches.size() < 2) return {mean, 0, mean, mean};
  const auto count = static_cast<double>(launches.size());
  const double error = StdDev(launches) / std::sqrt(count);
  const double half = StudentQuantile(0.5 + level / 2, count - 1) * error;
  return {mean, error, mean - half, mean + half};
}

LaunchAnalysis AnalyseLaunches(const std::vector<Sample>& launches,
                               const ResampleOptions& options) {
  STRATA_CHECK(!launches.empty());
  LaunchAnalysis result;
  double noise = 0;  // The part of the launches' variance that their samples explain.
  for (std::size_t k = 0; k < launches.size(); ++k) {
    ResampleOptions own = options;
    own.seed = options.seed + k;
    result.each.push_back(Analyse(launches[k], own));
    const Estimate& typical = result.each.back().estimates.typical();
    result.typical.push_back(typical.point);
    noise += typical.standard_error * typical.standard_error / static_cast<double>(launches.size());
  }
  const double sd = StdDev(result.typical);
  result.between_sd = std::sqrt(std::max(0.0, sd * sd - noise));
  if (launches.size() == 1) {
    result.pooled = result.each[0];
  } else {
    PoolAll(result.each, options, &result.pooled);
  }
  return result;
}

Estimate RatioOverLaunches(Numbers a, Numbers b, double level) {
  STRATA_CHECK(a.size() >= 2 && b.size() >= 2);
  const std::vector<double> log_a = Logarithms(a);
  const std::vector<double> log_b = Logarithms(b);
  const double variance_a = std::pow(StdDev(log_a), 2) / static_cast<double>(a.size());
  const double variance_b = std::pow(StdDev(log_b), 2) / static_cast<double>(b.size());
  const double sum = variance_a + variance_b;
  const double denominator = variance_a * variance_a / static_cast<double>(a.size() - 1) +
                             variance_b * variance_b / static_cast<double>(b.size() - 1);
  const double degrees = denominator > 0 ? sum * sum / denominator : 1;  // Welch–Satterthwaite.
  return RatioOf(Mean(log_a) - Mean(log_b), std::sqrt(sum), degrees, level);
}

Estimate PairedRatio(Numbers a, Numbers b, double level) {
  STRATA_CHECK(a.size() == b.size() && a.size() >= 2);
  std::vector<double> ratios = Logarithms(a);
  const std::vector<double> log_b = Logarithms(b);
  for (std::size_t i = 0; i < ratios.size(); ++i) ratios[i] -= log_b[i];
  const Estimate mean = EstimateOverLaunches(ratios, level);
  return RatioOf(mean.point, mean.standard_error, static_cast<double>(a.size()) - 1, level);
}

}  // namespace strata::report
