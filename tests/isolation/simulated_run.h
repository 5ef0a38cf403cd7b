// One seed's life of a store with several clients in one thread: who takes the next step, and what
// flushes, merges, closes, kills and power cuts come between, is drawn from the seed.
//
// Thread safety: none; deterministic.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "isolation/workload.h"

namespace strata::isolation {

using WorkloadMaker = std::unique_ptr<Workload> (*)(std::uint32_t clients);

struct RunPlan {
  WorkloadMaker workload = nullptr;
  std::uint64_t seed = 1;
  std::uint64_t steps = 1500;
  Level level = Level::kStrictSerializable;
  std::vector<Style> styles;
  bool locks_alone = false;
};

struct RunResult {
  Findings findings;
  Counts counts;
};

RunResult RunSimulated(const RunPlan& plan);

}  // namespace strata::isolation
