// Tries policies on a workload without a disk and reports what each costs in writes, space and
// reads: no policy wins all three. `strata explore-policies` prints it.
//
// Thread safety: pure functions; the same arguments give the same numbers on every machine.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "compaction/policy.h"

namespace strata::compaction {

enum class WorkloadKind : std::uint8_t {
  kUniform,     // Overwrites: each write draws its key from `keys`.
  kTimeSeries,  // 100 series that grow side by side: new keys all over the key space.
  kAscending,   // Each key is larger than all before.
};

struct Workload {
  WorkloadKind kind = WorkloadKind::kUniform;
  std::uint64_t writes = 400'000;
  std::uint64_t keys = 50'000;  // Distinct keys; for kUniform only.
  std::uint64_t entry_bytes = 100;
  std::uint64_t windows = 12;  // The writes take this many times Options::window_us.
  std::uint64_t seed = 1;
};

std::string_view WorkloadName(WorkloadKind kind);  // "uniform", "time-series", "ascending"

// The means are over the second half of the writes, after each flush and what it set off.
struct PolicyReport {
  std::string policy;
  std::string workload;
  double write_amplification = 0;  // Bytes written to tables for each byte put.
  double space_amplification = 0;  // Bytes in tables for each byte of newest versions.
  double space_peak = 0;           // The same at its worst, while a merge holds both copies.
  double read_amplification =
      0;            // Tables looked into by a get of a key that is there (no filters).
  double runs = 0;  // Cursors that a full scan merges.
  double kept = 1;  // Share of the keys written that are still there: FIFO drops some.
  std::uint64_t compactions = 0;
  std::uint64_t moves = 0;
};

// Sizes that make a small tree of several levels out of `Workload`'s defaults.
Options ExplorerOptions();

PolicyReport Explore(const Policy& policy, const Workload& workload, const Options& options);

// Leveled, tiered, unified, time-window and FIFO, each made from `options`.
Result<std::vector<PolicyReport>> ExploreAll(const Workload& workload, const Options& options);

}  // namespace strata::compaction
