#include "report/regression.h"

#include "base/check.h"

namespace strata::report {

double SlopeThroughOrigin(Numbers x, Numbers y) {
  STRATA_CHECK(x.size() == y.size());
  double products = 0;
  double squares = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    products += x[i] * y[i];
    squares += x[i] * x[i];
  }
  STRATA_CHECK(squares > 0);
  return products / squares;
}

double RSquared(Numbers x, Numbers y, double slope) {
  const double mean = Mean(y);
  double residual = 0;
  double total = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double error = y[i] - slope * x[i];
    residual += error * error;
    total += (y[i] - mean) * (y[i] - mean);  // Summed over all samples: Criterion keeps one.
  }
  return total > 0 ? 1 - residual / total : 0;
}

}  // namespace strata::report
