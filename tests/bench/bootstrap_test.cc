#include "report/bootstrap.h"

#include <catch2/catch.hpp>

#include <vector>

#include "samples.h"

namespace strata::report {
namespace {

bool Holds(const Estimate& estimate, double truth) {
  return estimate.lower <= truth && truth <= estimate.upper;
}

Sample SampleOf(Shape shape, Random& random, std::size_t n, bool linear) {
  Sample sample;
  sample.linear = linear;
  for (std::size_t i = 0; i < n; ++i) {
    const double iterations = linear ? static_cast<double>(i + 1) : 1;
    sample.iterations.push_back(iterations);
    sample.times.push_back(iterations * TimeOf(shape, random));
  }
  return sample;
}

struct Coverage {
  double mean = 0;
  double median = 0;
  double std_dev = 0;
  double slope = 0;
};

// The share of `runs` experiments whose 95 % intervals hold the truth.
Coverage CoverageOf(Shape shape, std::size_t n, int runs) {
  const Truth truth = TruthOf(shape);
  Random random(2027);
  Coverage hits;
  for (int run = 0; run < runs; ++run) {
    const Sample sample = SampleOf(shape, random, n, true);
    const Estimates estimates = Analyse(sample, {.count = 1000, .seed = random.Next()}).estimates;
    hits.mean += Holds(estimates.mean, truth.mean);
    hits.median += Holds(estimates.median, truth.median);
    hits.std_dev += Holds(estimates.std_dev, truth.std_dev);
    hits.slope += Holds(*estimates.slope, truth.mean);
  }
  return {hits.mean / runs, hits.median / runs, hits.std_dev / runs, hits.slope / runs};
}

void CheckCoverage(Shape shape, std::size_t n, int runs) {
  const Coverage coverage = CoverageOf(shape, n, runs);
  CAPTURE(static_cast<int>(shape), n);
  for (const double share : {coverage.mean, coverage.median, coverage.slope}) {
    CHECK(share >= 0.92);
    CHECK(share <= (n < 100 ? 0.98 : 0.975));  // Few samples: a little wider than need be.
  }
  CHECK(coverage.std_dev >= 0.91);
  CHECK(coverage.std_dev <= 0.975);
}

TEST_CASE("95 % intervals hold the truth in 92 to 97 % of experiments") {
  for (const Shape shape : {Shape::kNormal, Shape::kLogNormal, Shape::kBimodal}) {
    CheckCoverage(shape, 100, 400);
  }
}

TEST_CASE("intervals hold as often with 30 samples and many experiments", "[slow]") {
  for (const Shape shape : {Shape::kNormal, Shape::kLogNormal, Shape::kBimodal}) {
    CheckCoverage(shape, 100, 2000);
    CheckCoverage(shape, 30, 2000);
  }
}

TEST_CASE("neighbours that resemble each other are drawn in blocks, and intervals hold") {
  Random random(5);
  const Process process{.rho = 0.6};
  int hits = 0;
  int alone = 0;
  constexpr int kRuns = 300;
  for (int run = 0; run < kRuns; ++run) {
    const Sample sample = LaunchOf(random, 100, 100, process);
    const Analysis analysis = Analyse(sample, {.count = 600, .seed = random.Next()});
    hits += Holds(analysis.estimates.mean, 100);
    // What an interval that takes the samples for independent would have held.
    const auto values = sample.PerIteration();
    alone += std::abs(Mean(values) - 100) <= 1.96 * StdDev(values) / 10;
  }
  CHECK(hits >= 0.91 * kRuns);
  CHECK(alone < 0.80 * kRuns);
}

TEST_CASE("blocks are as long as the autocorrelation asks") {
  Random random(3);
  CHECK(BlockLength(LaunchOf(random, 100, 100, {}).PerIteration()) == 1);
  const std::size_t middling =
      BlockLength(LaunchOf(random, 1000, 100, {.rho = 0.5}).PerIteration());
  const std::size_t strong = BlockLength(LaunchOf(random, 1000, 100, {.rho = 0.9}).PerIteration());
  CHECK(middling >= 10);  // 1000^(1/3)
  CHECK(strong > middling);
  CHECK(BatchMeans(std::vector<double>{1, 3, 5, 7}, 2) == std::vector<double>{2, 6});
}

TEST_CASE("the number of threads doesn't change a bit of the result") {
  Random random(8);
  const Sample sample = LaunchOf(random, 100, 100, {.linear = true});
  const Analysis one = Analyse(sample, {.count = 20'000, .seed = 4, .threads = 1});
  const Analysis five = Analyse(sample, {.count = 20'000, .seed = 4, .threads = 5});
  CHECK(one.distributions.mean == five.distributions.mean);
  CHECK(one.distributions.median_abs_dev == five.distributions.median_abs_dev);
  CHECK(one.distributions.slope == five.distributions.slope);
  CHECK(one.estimates.slope->lower == five.estimates.slope->lower);
  const Analysis other = Analyse(sample, {.count = 20'000, .seed = 5});
  CHECK(one.distributions.mean != other.distributions.mean);
}

TEST_CASE("times eight times as long have intervals eight times as wide") {
  Random random(9);
  Sample sample = LaunchOf(random, 50, 100, {.linear = true});
  const Estimates before = Analyse(sample, {.count = 2000}).estimates;
  for (double& time : sample.times) time *= 8;
  const Estimates after = Analyse(sample, {.count = 2000}).estimates;
  CHECK(after.mean.lower == Approx(8 * before.mean.lower).epsilon(1e-12));
  CHECK(after.slope->upper == Approx(8 * before.slope->upper).epsilon(1e-12));
  CHECK(after.std_dev.upper == Approx(8 * before.std_dev.upper).epsilon(1e-12));
  CHECK(after.median_abs_dev.lower == Approx(8 * before.median_abs_dev.lower).epsilon(1e-12));
  CHECK(after.r_squared->point == Approx(before.r_squared->point).epsilon(1e-12));
}

TEST_CASE("a resample's median and MAD are those of its numbers") {
  // With two samples there are three resamples, and each has a known MAD.
  const Sample two{.iterations = {1, 1}, .times = {10, 20}, .linear = false};
  const Analysis analysis = Analyse(two, {.count = 1000});
  for (std::size_t i = 0; i < 1000; ++i) {
    const double median = analysis.distributions.median[i];
    REQUIRE((median == 10 || median == 15 || median == 20));
    REQUIRE(analysis.distributions.median_abs_dev[i] == Approx(median == 15 ? 5 * kMadScale : 0));
  }
  CHECK(analysis.estimates.median.point == 15);
}

TEST_CASE("a sample that doesn't vary has an interval of one point") {
  const Sample flat{.iterations = {1, 1, 1, 1}, .times = {7, 7, 7, 7}, .linear = false};
  const Estimates estimates = Analyse(flat, {.count = 500}).estimates;
  CHECK(estimates.mean.lower == 7);
  CHECK(estimates.mean.upper == 7);
  CHECK(estimates.std_dev.upper == 0);
}

}  // namespace
}  // namespace strata::report
