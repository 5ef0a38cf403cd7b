// The command line of ./dev bench.

#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "report/compare.h"

namespace strata::report {

// Exit codes, as documented.
inline constexpr int kExitOk = 0;
inline constexpr int kExitRegression = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitBenchmark = 3;
inline constexpr int kExitNoBaseline = 4;

struct Options {
  std::vector<std::string> filters;  // Of ids: regular expressions, or (exact) whole names.
  bool exact = false;
  bool list = false;
  bool quick = false;
  bool help = false;

  std::string save_baseline = "base";
  std::string baseline;  // Empty: the one that is about to be replaced, if it is there.
  bool strict = false;   // The baseline must be there.
  std::string load_baseline;
  bool discard_baseline = false;
  std::vector<std::string> compare;  // Baselines for one table, nothing measured.

  int launches = 0;  // 0: five if there is something to compare with, or else one.
  bool fail_on_regression = false;
  double regression = 0;  // By how much (a fraction) before it fails; 0: the noise threshold.

  int sample_size = 100;
  double warm_up_s = 1;
  double measurement_s = 2;
  double profile_s = 0;
  CompareOptions statistics;

  std::string format = "human";
  std::string output = "build/report";
  std::string programs = "build/release/bin/bench";
  std::string
      against;        // Another build's folder of programs, interleaved with ours as the baseline.
  std::string macro;  // Arguments of `strata bench`: a macro report instead.
  std::string lessons;  // JSON of ./lesson bench --all, to be drawn.
  std::string readme;   // README.md, whose table is to be written.
};

// Errors: kInvalidArgument, with what is wrong.
Result<Options> ParseOptions(const std::vector<std::string>& words);
std::string HelpText();

}  // namespace strata::report
