// Makes every file operation of a workload fail in every way, once and from then on: the store says
// so and stays right, takes no write after one has failed, and has everything that was promised
// once the disk is well again, also after a power cut.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "io/faulty_file_system.h"
#include "reliability/workloads.h"

namespace strata::testing {

struct FaultSweepOptions {
  Options store;
  WorkloadShape shape;
  std::vector<Fault> faults;
  std::uint64_t every = 1;  // Only each n-th operation.
  std::uint64_t first = 0;
  std::size_t failures_max = 3;
};

struct FaultReport {
  std::uint64_t operations = 0;  // Of the workload without faults.
  std::uint64_t faults = 0;      // Runs in which the planned fault happened.
  std::uint64_t survived = 0;    // Of them, runs that nobody but the store noticed.
  std::uint64_t read_only = 0;   // Runs in which the store took no more writes.
  std::uint64_t resumed = 0;     // Runs in which something failed that did well on a well disk.
  std::map<std::string, std::uint64_t> by_operation;
  std::vector<std::string> failures;
};

// All kinds.
std::vector<Fault> AllFaults();
// Those of a sync, which lose what it was to make durable.
std::vector<Fault> SyncFaults();

FaultReport SweepFaults(const FaultSweepOptions& options);

// The disk has room for `capacity` bytes; when it is full the workload ends, room is made, and the
// store is opened.
struct FullDisk {
  bool was_full = false;
  std::string wrong;
};
FullDisk FillDisk(const FaultSweepOptions& options, std::uint64_t capacity);

}  // namespace strata::testing
