// Where simulated threads go that will never be resumed, with all that they own: nothing of it may
// be destroyed, as others may be in the middle of using it. It lasts until the process ends, and
// the leak checker finds it here.
//
// Thread safety: any thread.

#pragma once

#include <memory>

#include "sim/simulated_thread.h"

namespace strata::sim {

void Bury(std::unique_ptr<SimulatedThread> thread);
// What such threads may use.
void Bury(std::shared_ptr<void> belongings);

}  // namespace strata::sim
