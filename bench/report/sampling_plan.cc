#include "report/sampling_plan.h"

#include <algorithm>
#include <cmath>

namespace strata::report {
namespace {

constexpr std::size_t kSamplesMin = 10;
constexpr double kFixtureShare = 2;  // Fixtures may take this many measurement times in all.

}  // namespace

SamplingPlan PlanSamples(double nanos, double fixture_s, std::int64_t fixed,
                         const SamplingOptions& options) {
  SamplingPlan plan;
  std::size_t samples = std::max(options.samples, kSamplesMin);
  const double target = options.measurement_s * 1e9;
  double each = fixture_s * 1e9 / kFixtureShare;
  if (fixed > 0) each += static_cast<double>(fixed) * nanos;
  if (each * static_cast<double>(samples) > target) {  // A fixture isn't rebuilt a hundred times.
    samples = std::max(kSamplesMin, static_cast<std::size_t>(target / each));
  }
  const auto n = static_cast<double>(samples);
  const double step = std::max(1.0, std::ceil(target / nanos / (n * (n + 1) / 2)));
  plan.linear = fixed == 0 && step * nanos * n * (n + 1) / 2 <= 2 * target;
  const double flat =
      fixed > 0 ? static_cast<double>(fixed) : std::max(1.0, std::ceil(target / n / nanos));
  for (std::size_t i = 1; i <= samples; ++i) {
    const double count = plan.linear ? step * static_cast<double>(i) : flat;
    plan.iterations.push_back(static_cast<std::int64_t>(count));
    plan.expected_s += count * nanos / 1e9 + fixture_s;
  }
  return plan;
}

}  // namespace strata::report
