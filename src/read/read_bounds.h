// Where a scan begins and ends.
//
// Thread safety: a pure function.

#pragma once

#include "iter/visible_iterator.h"
#include "strata/options.h"

namespace strata {

// The bounds that `options` give, its prefix included.
VisibleIteratorOptions BoundsOf(const ReadOptions& options);

}  // namespace strata
