// The outside world as one value that is passed in: files, time, background work, randomness. A
// store built on another Environment runs unchanged in memory, in a simulation, or with faults.

#pragma once

#include <cstdint>
#include <memory>

#include "io/clock.h"
#include "io/executor.h"
#include "io/file_system.h"

namespace strata {

// Borrowed: what it points to must outlive everything opened with it.
struct Environment {
  FileSystem* files = nullptr;
  Clock* clock = nullptr;
  Executor* executor = nullptr;
  std::uint64_t seed = 0;  // Of every random choice (skip-list heights, file ids).
};

// The machine: posix files, real clocks, real threads, a seed from the kernel. Lives for ever.
Environment& RealEnvironment();

// Random bytes from the kernel.
std::uint64_t SeedFromKernel();

}  // namespace strata
