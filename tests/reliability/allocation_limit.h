// Watches operator new of this test program: damaged bytes must never make a reader allocate much.
//
// Thread safety: any thread.

#pragma once

#include <cstddef>

namespace strata::testing {

// The largest single allocation since the last call.
std::size_t TakeLargestAllocation();

}  // namespace strata::testing
