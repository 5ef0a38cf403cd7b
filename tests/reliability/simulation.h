// One seed's life of a store on a simulated disk, clock and executor: random operations under
// random options, every answer compared with a map, every crash with the history.
//
// Thread safety: none; deterministic: a seed gives the same run everywhere.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace strata::testing {

struct SimulationPlan {
  std::uint64_t seed = 1;
  std::uint64_t operations = 400;
  std::uint64_t option_set = 0;  // Which options are drawn; operations depend on the seed only.
  // Calm: crashes lose nothing, so every option set must give the same answers. Otherwise power
  // cuts take what wasn't synced.
  bool calm = true;
};

struct SimulationResult {
  std::optional<std::string> failure;
  std::uint64_t answers = 0;  // A hash of every answer.
  std::map<std::string, std::uint64_t> counts;
};

SimulationResult Simulate(const SimulationPlan& plan);

}  // namespace strata::testing
