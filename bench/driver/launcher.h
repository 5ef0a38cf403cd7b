// Runs the benchmark programs, launch after launch, and gathers their samples.

#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "report/model.h"
#include "report/options.h"

namespace strata::report {

struct Measurements {
  std::vector<Measured> now;
  std::vector<Measured> against;  // Of the other build, if there is one.
};

// Every launch runs all programs, in an order that turns round from launch to launch; with another
// build, each of its programs right before or after ours (ABBA). Benchmarks that fail are kept with
// their error. Errors: kNotFound when there is no program, kIo.
Result<Measurements> Measure(const Options& options, int launches);

// The ids that the filters leave.
Result<std::vector<std::string>> ListBenchmarks(const Options& options);

}  // namespace strata::report
