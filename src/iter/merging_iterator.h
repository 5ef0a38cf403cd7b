// One sorted stream out of several: the k-way merge that reads, scans and compactions stand on.
//
// Children hold distinct internal keys (no two entries of a store have the same key and sequence);
// if two are equal all the same, the child that comes first in the list is yielded first.
// Thread safety: one thread.

#pragma once

#include <memory>
#include <vector>

#include "iter/iterator.h"

namespace strata {

// No children: an empty iterator; one: that child itself.
std::unique_ptr<InternalIterator> NewMergingIterator(
    std::vector<std::unique_ptr<InternalIterator>> children);

}  // namespace strata
