// How many iterations each sample of a benchmark runs: Criterion's linear and flat modes.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace strata::report {

struct SamplingOptions {
  std::size_t samples = 100;
  double warm_up_s = 3;
  double measurement_s = 5;
  bool quick = false;    // Twenty samples, and a tenth of both times.
  double profile_s = 0;  // Not 0: only run for so long, for a profiler that watches.
};

struct SamplingPlan {
  bool linear = false;
  std::vector<std::int64_t> iterations;  // Of each sample, not shuffled yet.
  double expected_s = 0;
};

// `nanos` is the time of an iteration, `fixture_s` the cost of one run beside it. With `fixed`
// iterations, if not 0, every sample runs these. Linear (d, 2d, 3d, ...) unless even d = 1 takes
// more than twice the time given; fewer samples, but ten or more, when fixtures would take longer
// still.
SamplingPlan PlanSamples(double nanos, double fixture_s, std::int64_t fixed,
                         const SamplingOptions& options);

}  // namespace strata::report
