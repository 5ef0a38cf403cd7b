// Clients as threads of a simulated world (sim/world.h): between any two locks another one may go
// on, so waiting for locks, deadlocks and groups of commits are simulated, and a seed gives the
// same run.
//
// Thread safety: none; deterministic.

#pragma once

#include <string>

#include "isolation/simulated_run.h"

namespace strata::isolation {

struct WorldPlan {
  WorkloadMaker workload = nullptr;
  std::uint64_t seed = 1;
  std::uint64_t transactions = 15;  // Of each client.
  Level level = Level::kStrictSerializable;
  std::vector<Style> styles;
  bool locks_alone = false;
  std::uint32_t lock_timeout_ms = 20;
  std::string mutant = {};  // The planted bug that is on meanwhile.
};

RunResult RunInWorld(const WorldPlan& plan);

}  // namespace strata::isolation
