// A smooth picture of a sample: a Gaussian kernel over each number, Silverman's bandwidth.

#pragma once

#include <vector>

#include "report/descriptive.h"

namespace strata::report {

struct Density {
  std::vector<double> x;
  std::vector<double> y;
};

// sd * (4 / (3 n))^(1/5); 0 for a sample that doesn't vary.
double SilvermanBandwidth(Numbers sample);

// At `points` places from min - 3h to max + 3h. Empty for a sample that doesn't vary.
// The cost is held by reading at most 2,000 numbers of the sorted sample, evenly.
Density KernelDensity(Numbers sample, std::size_t points = 500);

// Between the points, linearly; 0 outside.
double DensityAt(const Density& density, double x);

}  // namespace strata::report
