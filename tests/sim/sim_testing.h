// What the tests of the simulated world share.
//
// Thread safety: none.

#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sim/node.h"
#include "sim/world.h"

namespace strata::sim {

using Bodies = std::vector<std::pair<std::string, std::function<void()>>>;

inline WorldOptions WithSchedule(Schedule schedule) {
  return {.schedule = schedule};
}

inline WorldOptions RandomSeed(std::uint64_t seed) {
  return WithSchedule({.kind = Schedule::Kind::kRandom, .seed = seed});
}

// Runs `bodies` side by side in a world of their own.
inline Outcome RunAll(const WorldOptions& options, const Bodies& bodies) {
  World world(options);
  for (const auto& [name, body] : bodies) world.Spawn(name, body);
  return world.Run();
}

}  // namespace strata::sim
