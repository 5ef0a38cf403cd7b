// A straight line through the origin: total time against iterations, whose slope is the time of
// one.

#pragma once

#include "report/descriptive.h"

namespace strata::report {

// sum(x*y) / sum(x*x). REQUIRES: as many x as y, and some x that isn't 0.
double SlopeThroughOrigin(Numbers x, Numbers y);

// 1 - SSres / SStot, the latter about the mean of y; 0 when y doesn't vary.
double RSquared(Numbers x, Numbers y, double slope);

}  // namespace strata::report
