// Lives of stores with a planted bug, each in a process of its own: such a bug may end the process,
// or leave it waiting, and that counts as found.
//
// Thread safety: none.

#pragma once

#include <optional>
#include <string>

#include "sim/crowd.h"

namespace strata::sim {

// What was found first, or how the process ended; nothing if nothing was.
std::optional<std::string> RunCrowdApart(const LifePlan& plan, const CrowdMix& mix);

}  // namespace strata::sim
