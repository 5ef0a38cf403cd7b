// Cuts the power at every file operation of a workload and sees what comes back.
//
// Before each operation that may change the disk, every kind of power cut (and kill -9) is tried on
// a copy of the disk: the copy must open, hold a prefix of what was written and all of what was
// promised, take a write, and open again with it. The same is done inside the recovery of one copy
// in `nested_every`, and so on, `depth` deep.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "testing/history.h"
#include "testing/store_world.h"

namespace strata::testing {

struct CrashSweepOptions {
  Options store;
  std::uint64_t seed = 1;
  std::uint64_t draws = 1;         // Copies a kind and operation (they differ by chance).
  std::uint64_t every = 1;         // Only each n-th operation of the workload.
  std::uint64_t nested_every = 0;  // 0: recovery isn't crashed.
  int depth = 1;                   // Of crashes inside recoveries inside recoveries.
  std::size_t failures_max = 3;    // Stop there.
};

struct CrashReport {
  std::uint64_t operations = 0;  // Of the workload.
  std::uint64_t images = 0;      // Copies that were opened and checked.
  std::uint64_t nested_images = 0;
  std::map<std::string, std::uint64_t> by_operation;  // "append .wal" -> images.
  std::vector<std::string> failures;
};

// The store in the world is open when the workload begins. Whatever it writes it enters into the
// history; it may close and open the store (with `files`), and stops at the first error.
using CrashWorkload = std::function<Status(StoreWorld&, History&, FileSystem* files)>;

CrashReport SweepCrashPoints(const CrashSweepOptions& options, const CrashWorkload& workload);

}  // namespace strata::testing
