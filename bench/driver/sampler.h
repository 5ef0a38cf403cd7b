// Takes the samples of one benchmark in this process, as Criterion does: warm-up, then a linear or
// a flat series of iteration counts, in shuffled order so that drift of the machine isn't taken for
// slope.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "driver/families.h"
#include "report/sampling_plan.h"

namespace strata::report {

struct Samples {
  Instance instance;
  bool linear = false;
  std::vector<double> iterations;  // In the order of measurement.
  std::vector<double> nanos;
  double fixture_s = 0;                    // What one run spends outside the timed loop.
  std::map<std::string, double> counters;  // Means over the samples.
  std::vector<std::string> warnings;
  std::string error;
};

Samples TakeSamples(const Instance& instance, const SamplingOptions& options, Random& random);

}  // namespace strata::report
