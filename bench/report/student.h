// The normal and Student's t distribution, for intervals from few launches.

#pragma once

namespace strata::report {

double NormalCdf(double z);
// REQUIRES: 0 < p < 1.
double NormalQuantile(double p);

double StudentCdf(double t, double degrees);
// The t with StudentCdf(t, degrees) = p. REQUIRES: 0 < p < 1, degrees > 0 (need not be whole).
double StudentQuantile(double p, double degrees);

}  // namespace strata::report
