// Has a benchmark changed? Effect with interval, p value, and a verdict that asks for both.

#pragma once

#include <vector>

#include "report/launches.h"

namespace strata::report {

enum class Verdict { kNoChange, kImproved, kRegressed, kWithinNoise };

struct CompareOptions {
  ResampleOptions resampling;
  double significance_level = 0.05;
  double noise_threshold = 0.01;  // Changes smaller than this (as fractions) don't matter.
};

struct Change {
  Estimate typical;  // Of slope (or mean): new / old - 1, so 0.05 is 5 % slower.
  Estimate mean;
  Estimate median;
  double p = 1;              // Chance of such a difference if nothing changed.
  double p_adjusted = 1;     // The same, for the whole suite (AdjustForSuite).
  double t = 0;              // Welch's statistic.
  std::vector<double> null;  // What t is when nothing has changed.
  std::vector<double> mean_distribution;
  std::vector<double> median_distribution;
  bool over_launches = false;  // The unit is a launch, not a sample.
  Verdict verdict = Verdict::kNoChange;
};

// (mean(a) - mean(b)) in standard errors of the difference. 0 when both don't vary and are equal.
double WelchT(Numbers a, Numbers b);

// The t statistics of `count` draws from both samples together, split again: the world in which
// nothing changed. REQUIRES: numbers that don't depend on their neighbours (BatchMeans).
std::vector<double> NullDistribution(Numbers a, Numbers b, const ResampleOptions& options);

// (hits + 1) / (N + 1), hits being the draws at least as far from 0 as t: never 0.
double PValue(double t, Numbers null);

// Old and new sides are resampled independently. With two or more launches on both sides a launch
// is the unit; otherwise a sample, or a run of samples where neighbours resemble each other. The
// verdict is that of this benchmark alone.
Change Compare(const std::vector<Sample>& now, const LaunchAnalysis& now_analysis,
               const std::vector<Sample>& old, const LaunchAnalysis& old_analysis,
               const CompareOptions& options);

// No change if p_adjusted >= the significance level. Otherwise improved or regressed when the whole
// interval of the change lies beyond the noise threshold, else within noise.
Verdict Judge(const Change& change, const CompareOptions& options);

// Benjamini and Hochberg (1995): the p values under which the share of false alarms among the
// alarms of the suite is held. In the order given.
std::vector<double> AdjustForSuite(Numbers p_values);

const char* Name(Verdict verdict);

}  // namespace strata::report
