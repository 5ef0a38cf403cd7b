// A run over time: what `strata bench --series` and `--events` wrote, and its page.

#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "report/model.h"

namespace strata::report {

struct Window {
  double start_s = 0;
  double seconds = 0;
  double operations = 0;
  double p50 = 0;  // Nanoseconds, as the next three.
  double p99 = 0;
  double p999 = 0;
  double max = 0;
  double user_bytes_written = 0;
  double bytes_written = 0;
  double block_bytes_read = 0;
  double syncs = 0;
  double stall_s = 0;
  double cpu_s = 0;
  double resident_bytes = 0;
  double table_bytes = 0;
  double tables = 0;
  double blob_bytes = 0;
  double live_bytes = 0;  // Of the two, about; 0: not known.

  double rate() const { return seconds > 0 ? operations / seconds : 0; }
};

struct Event {
  double at_s = 0;  // Since the workload began.
  std::string name;
  std::string detail;
};

struct MacroRun {
  std::string workload;
  double seconds = 0;
  std::vector<std::pair<double, double>> percentiles;  // Percent, nanoseconds.
  std::vector<std::pair<double, double>> sync_times;   // Nanoseconds (at most), how many.
  std::vector<Window> windows;
  std::vector<Event> events;
};

// Errors: kCorruption. Events outside of a workload are left out.
Result<std::vector<MacroRun>> MacroRunsOf(const std::string& series, const std::string& events);

// Operations a second over the windows, with an interval from a block bootstrap.
Estimate RateOf(const MacroRun& run, const ResampleOptions& options);

struct MacroPage {
  std::string title;
  std::string date;
  std::string command;
  std::vector<MacroRun> runs;
  EnvironmentCard environment;
  ResampleOptions resampling;
};
std::string PageOf(const MacroPage& page);

}  // namespace strata::report
