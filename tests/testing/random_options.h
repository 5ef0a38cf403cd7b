// Stores as odd as the options allow: tiny memtables and blocks, any policy, codec and sync mode.
//
// Thread safety: pure functions of the generator.

#pragma once

#include "base/random.h"
#include "strata/options.h"

namespace strata::testing {

// FIFO is left out: it drops data on purpose. The same draws on every machine.
Options DrawOptions(Random& random);

}  // namespace strata::testing
