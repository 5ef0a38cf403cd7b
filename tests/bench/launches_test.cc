#include "report/launches.h"

#include <catch2/catch.hpp>

#include <vector>

#include "samples.h"

namespace strata::report {
namespace {

std::vector<Sample> Launches(Random& random, int count, double time, const Process& process) {
  std::vector<Sample> launches;
  for (int k = 0; k < count; ++k) launches.push_back(LaunchOf(random, 40, time, process));
  return launches;
}

TEST_CASE("intervals over launches hold whatever a launch has in common") {
  for (const double launch_sd : {0.0, 0.01, 0.03}) {
    Random random(11);
    constexpr int kRuns = 400;
    int hits = 0;
    for (int run = 0; run < kRuns; ++run) {
      const auto launches = Launches(random, 5, 100, {.launch_sd = launch_sd});
      const auto analysis = AnalyseLaunches(launches, {.count = 200, .seed = random.Next()});
      const Estimate& mean = analysis.pooled.estimates.mean;
      hits += mean.lower <= 100 && 100 <= mean.upper;
    }
    CAPTURE(launch_sd);
    CHECK(hits >= 0.92 * kRuns);
    CHECK(hits <= 0.975 * kRuns);
  }
}

TEST_CASE("one launch's interval doesn't hold what changes between launches") {
  Random random(12);
  int hits = 0;
  for (int run = 0; run < 200; ++run) {
    const auto launches = Launches(random, 1, 100, {.launch_sd = 0.02});
    const auto analysis = AnalyseLaunches(launches, {.count = 200, .seed = random.Next()});
    hits +=
        analysis.pooled.estimates.mean.lower <= 100 && 100 <= analysis.pooled.estimates.mean.upper;
  }
  CHECK(hits < 120);  // Which is why --launches is 5 for a comparison.
}

TEST_CASE("the spread between launches is told apart from the samples' noise") {
  Random random(13);
  const auto alike = AnalyseLaunches(Launches(random, 40, 100, {}), {.count = 200});
  CHECK(alike.between_sd < 0.3);
  const auto apart =
      AnalyseLaunches(Launches(random, 40, 100, {.launch_sd = 0.02}), {.count = 200});
  CHECK(apart.between_sd == Approx(2).epsilon(0.3));
}

TEST_CASE("the distribution over launches spreads as the launches do") {
  Random random(14);
  const auto analysis = AnalyseLaunches(
      Launches(random, 5, 100, {.launch_sd = 0.02, .linear = true}), {.count = 4000});
  const Estimate& slope = *analysis.pooled.estimates.slope;
  CHECK(StdDev(analysis.pooled.distributions.slope) == Approx(slope.standard_error).epsilon(1e-6));
  CHECK(Mean(analysis.pooled.distributions.slope) == Approx(slope.point).epsilon(1e-9));
  CHECK(slope.point == Approx(Mean(analysis.typical)));
}

TEST_CASE(
    "bench: a ratio over launches has Welch's interval, and rounds that share drift a narrower "
    "one") {
  const std::vector<double> a = {200, 210, 190, 205, 195};
  const std::vector<double> b = {100, 104, 96, 103, 97};
  const Estimate ratio = RatioOverLaunches(a, b, 0.95);
  CHECK(ratio.point == Approx(1.0).epsilon(0.01));
  CHECK(ratio.lower < 0.95);
  CHECK(ratio.upper > 1.05);
  const Estimate paired = PairedRatio(a, b, 0.95);
  CHECK(paired.point == Approx(ratio.point));
  CHECK(paired.upper - paired.lower < (ratio.upper - ratio.lower) / 3);
}

TEST_CASE("intervals of ratios hold 1 when both sides are alike") {
  Random random(15);
  constexpr int kRuns = 2000;
  int unpaired = 0;
  int paired = 0;
  for (int run = 0; run < kRuns; ++run) {
    std::vector<double> a;
    std::vector<double> b;
    for (int k = 0; k < 5; ++k) {
      a.push_back(100 * (1 + 0.05 * NormalDraw(random)));
      b.push_back(100 * (1 + 0.05 * NormalDraw(random)));
    }
    const Estimate one = RatioOverLaunches(a, b, 0.95);
    const Estimate other = PairedRatio(a, b, 0.95);
    unpaired += one.lower <= 0 && 0 <= one.upper;
    paired += other.lower <= 0 && 0 <= other.upper;
  }
  CHECK(unpaired >= 0.93 * kRuns);
  CHECK(unpaired <= 0.975 * kRuns);
  CHECK(paired >= 0.93 * kRuns);
  CHECK(paired <= 0.975 * kRuns);
}

}  // namespace
}  // namespace strata::report
