// A cursor over a whole run: its tables one after the other, each opened when it is reached.
//
// Thread safety: one thread.

#pragma once

#include <memory>

#include "iter/iterator.h"
#include "version/version.h"

namespace strata {

// `run` must outlive the iterator.
std::unique_ptr<InternalIterator> NewRunIterator(const Run& run,
                                                 const sst::TableReadOptions& options);

}  // namespace strata
