// Point estimates of one launch's samples with intervals, by resampling them.
//
// The method differs by statistic, each chosen by measured coverage (docs/adr/0009): mean, standard
// deviation and slope are studentized (each resample is judged in its own standard errors), median
// and MAD take the percentiles of their bootstrap distribution.

#pragma once

#include <optional>
#include <vector>

#include "report/resample.h"

namespace strata::report {

// Samples of one launch: sample i ran iterations[i] iterations in times[i] nanoseconds.
struct Sample {
  std::vector<double> iterations;
  std::vector<double> times;
  bool linear = false;  // The counts grow in equal steps, so a slope says more than a mean.

  std::size_t size() const { return times.size(); }
  std::vector<double> PerIteration() const;
};

struct Estimate {
  double point = 0;
  double standard_error = 0;
  double lower = 0;
  double upper = 0;
};

struct Estimates {
  Estimate mean;
  Estimate median;
  Estimate std_dev;
  Estimate median_abs_dev;
  std::optional<Estimate> slope;      // Linear mode only.
  std::optional<Estimate> r_squared;  // As slope.

  // What stands for the benchmark: the slope, or else the mean.
  const Estimate& typical() const { return slope ? *slope : mean; }
};

// The values of each statistic over the resamples, for the plots.
struct Distributions {
  std::vector<double> mean;
  std::vector<double> median;
  std::vector<double> std_dev;
  std::vector<double> median_abs_dev;
  std::vector<double> slope;
  std::vector<double> r_squared;
};

struct Analysis {
  Estimates estimates;
  Distributions distributions;
  std::size_t block = 1;  // Neighbours that were drawn together, because they resemble each other.
};

// REQUIRES: two samples or more, all iteration counts positive.
Analysis Analyse(const Sample& sample, const ResampleOptions& options);

// The interval of a studentized bootstrap: `t` holds (resampled - point) / standard error of the
// resample, those that aren't finite left out.
Interval StudentizedInterval(double point, double standard_error, std::vector<double> t,
                             double level);

}  // namespace strata::report
