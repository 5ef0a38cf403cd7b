// Launches as a level of variance: what changes from process to process (addresses, frequency, page
// cache) is not in the spread of one process's samples.
//
// Both levels are resampled, launches first, then the samples of each launch drawn. Launch means
// hold the samples' noise already, so drawing samples again counts it twice; the distribution is
// therefore drawn in to the spread that the launches show, and the interval takes Student's t for
// their number.

#pragma once

#include <vector>

#include "report/bootstrap.h"

namespace strata::report {

// The mean over launches, ± t(K - 1) standard errors. With one launch: no interval (all one point).
Estimate EstimateOverLaunches(Numbers launches, double level);

struct LaunchAnalysis {
  Analysis pooled;              // Estimates and distributions over all launches.
  std::vector<Analysis> each;   // One a launch.
  std::vector<double> typical;  // Of each launch.
  double between_sd = 0;        // SD of `typical` over launches, less what samples explain.
};

// With one launch this is Analyse(). REQUIRES: one launch or more.
LaunchAnalysis AnalyseLaunches(const std::vector<Sample>& launches, const ResampleOptions& options);

// a/b - 1 in means over launches (or over runs), with Welch's interval of the logarithms.
// REQUIRES: two or more positive numbers each.
Estimate RatioOverLaunches(Numbers a, Numbers b, double level);
// The same where a[i] and b[i] ran side by side, in the same round: what both share falls out.
// REQUIRES: as many a as b.
Estimate PairedRatio(Numbers a, Numbers b, double level);

}  // namespace strata::report
