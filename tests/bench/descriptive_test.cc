#include "report/descriptive.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <vector>

#include "report/density.h"
#include "report/regression.h"
#include "report/student.h"

namespace strata::report {
namespace {

// Two numbers are far out, so that the fences have something to do. Every figure that is expected
// below comes from another implementation (Python's statistics module, method "inclusive").
const std::vector<double> kTen = {10.2, 10.4, 9.9, 10.1, 10.0, 10.3, 12.5, 10.2, 9.8, 17.0};

TEST_CASE("centre and spread are those of a known sample") {
  CHECK(Mean(kTen) == Approx(11.04).epsilon(1e-12));
  CHECK(StdDev(kTen) == Approx(2.231690938379337).epsilon(1e-12));
  CHECK(Median(kTen) == Approx(10.2).epsilon(1e-12));
  CHECK(MedianAbsDev(kTen) == Approx(0.29652).epsilon(1e-12));
  CHECK(Lag1Autocorrelation(kTen) == Approx(-0.10194538640014279).epsilon(1e-12));
  CHECK(StdDev(std::vector<double>{5}) == 0);
}

TEST_CASE("percentiles lie linearly between ranks, as R's type 7") {
  CHECK(Percentile(kTen, 25) == Approx(10.025));
  CHECK(Percentile(kTen, 75) == Approx(10.375));
  CHECK(Percentile(kTen, 95) == Approx(14.975));
  CHECK(Percentile(kTen, 0) == 9.8);
  CHECK(Percentile(kTen, 100) == 17.0);
  CHECK(Percentile(std::vector<double>{3}, 50) == 3);
}

TEST_CASE("outliers are named by Tukey's fences and never dropped") {
  const Fences fences = TukeyFences(kTen);
  CHECK(fences.low_severe == Approx(8.975));
  CHECK(fences.low_mild == Approx(9.5));
  CHECK(fences.high_mild == Approx(10.9));
  CHECK(fences.high_severe == Approx(11.425));
  const OutlierCounts counts = CountOutliers(fences, kTen);
  CHECK(counts.high_severe == 2);
  CHECK(counts.total() == 2);
  CHECK(Classify(fences, 11.0) == Outlier::kHighMild);
  CHECK(Classify(fences, 9.0) == Outlier::kLowMild);
  CHECK(Classify(fences, 8.0) == Outlier::kLowSevere);
}

TEST_CASE("a line through the origin, and R squared summed over all samples") {
  const std::vector<double> x = {1, 2, 3, 4, 5, 6};
  const std::vector<double> y = {10.5, 19.8, 30.9, 40.2, 49.1, 61.3};
  const double slope = SlopeThroughOrigin(x, y);
  CHECK(slope == Approx(10.075824175824176).epsilon(1e-12));
  CHECK(RSquared(x, y, slope) == Approx(0.9982342002227561).epsilon(1e-12));
}

TEST_CASE("a density is Silverman's, has 500 points and an area of one") {
  CHECK(SilvermanBandwidth(kTen) == Approx(1.4914949846640775).epsilon(1e-12));
  const Density density = KernelDensity(kTen);
  REQUIRE(density.x.size() == 500);
  CHECK(density.x.front() == Approx(9.8 - 3 * SilvermanBandwidth(kTen)));
  CHECK(density.x.back() == Approx(17.0 + 3 * SilvermanBandwidth(kTen)));
  CHECK(DensityAt(density, 10.2) == Approx(0.22004934641917503).epsilon(1e-3));
  double area = 0;
  for (std::size_t i = 1; i < density.x.size(); ++i) {
    area += (density.x[i] - density.x[i - 1]) * (density.y[i] + density.y[i - 1]) / 2;
  }
  CHECK(area == Approx(1).epsilon(0.01));
  CHECK(DensityAt(density, 1000) == 0);
  CHECK(KernelDensity(std::vector<double>{2, 2, 2}).x.empty());
}

TEST_CASE("quantiles of Student's t are those of the printed tables") {
  CHECK(StudentQuantile(0.975, 1) == Approx(12.7062).epsilon(1e-5));
  CHECK(StudentQuantile(0.975, 4) == Approx(2.776445).epsilon(1e-6));
  CHECK(StudentQuantile(0.975, 9) == Approx(2.262157).epsilon(1e-6));
  CHECK(StudentQuantile(0.025, 9) == Approx(-2.262157).epsilon(1e-6));
  CHECK(StudentQuantile(0.975, 1e7) == Approx(1.959964).epsilon(1e-5));
  CHECK(NormalQuantile(0.975) == Approx(1.959964).epsilon(1e-6));
  CHECK(StudentCdf(StudentQuantile(0.9, 3.5), 3.5) == Approx(0.9).epsilon(1e-9));
}

}  // namespace
}  // namespace strata::report
