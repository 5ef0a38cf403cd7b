// The outside world as one value that is passed in: files, time, background work, randomness. A
// store built on another Environment runs unchanged in memory, in a simulation, or with faults.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "io/clock.h"
#include "io/executor.h"
#include "io/file_system.h"
#include "io/network.h"

namespace strata {

// Each call returns random bits that no other call returned: what is told apart by them (stores,
// logs, tables) is, however often one process opens them. Any thread may call it.
using Entropy = std::function<std::uint64_t()>;

// The same bits for the same seed, call by call; copies share one sequence.
Entropy SeededEntropy(std::uint64_t seed);

// Borrowed: what it points to must outlive everything opened with it.
struct Environment {
  FileSystem* files = nullptr;
  Clock* clock = nullptr;
  Executor* executor = nullptr;
  Entropy entropy = SeededEntropy(0);  // Of every random choice (skip-list heights, file ids).
  Network* network = nullptr;          // Only servers and their clients need one.
};

// The machine: posix files, real clocks, real threads, random bits from the kernel. Lives for ever.
Environment& RealEnvironment();

}  // namespace strata
