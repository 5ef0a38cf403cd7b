// Named workloads against a store, timed op by op: what `strata bench` runs.
//
// Keys are 16 digits, from 0 to num - 1. Values are half random, half zeros, so that compression
// has something to do. The same seed gives the same operations.
// Thread safety: none; RunWorkload starts threads of its own and ends them.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/bench/series.h"
#include "io/environment.h"
#include "stats/counters.h"
#include "stats/histogram.h"
#include "strata/db.h"

namespace strata::cli {

struct WorkloadOptions {
  std::uint64_t num = 100'000;  // Keys, and operations of a workload over all threads.
  std::uint64_t value_size = 100;
  std::uint64_t batch = 1;  // Puts a write.
  int threads = 1;
  std::uint64_t seed = 1;
  // Calls a second over all threads, or 0 for as many as can be. A call is then timed from when it
  // was due: one that waits behind a slow one counts its wait (no coordinated omission).
  std::uint64_t rate = 0;
  std::uint64_t window_micros = 0;  // Of the series; 0: none is kept.
};

struct WorkloadResult {
  std::string name;
  std::uint64_t operations = 0;  // Keys read or written.
  std::uint64_t found = 0;       // Of reads: keys that were there.
  std::uint64_t bytes = 0;       // Keys and values.
  double seconds = 0;
  std::unique_ptr<Histogram> latency;  // Nanoseconds a call.
  std::unique_ptr<SeriesRecorder> series;
  std::array<std::uint64_t, static_cast<std::size_t>(Counter::kCount)> counters{};

  std::uint64_t Count(Counter counter) const { return counters[static_cast<std::size_t>(counter)]; }
};

// In the order of the documentation: "fillseq", "fillrandom", ...
std::vector<std::string> WorkloadNames();
// True when the workload reads keys that must be there.
bool NeedsKeys(std::string_view name);

// Errors: kInvalidArgument for a name that isn't one; those of the store.
Result<WorkloadResult> RunWorkload(DB& db, const Environment& environment, std::string_view name,
                                   const WorkloadOptions& options);

}  // namespace strata::cli
