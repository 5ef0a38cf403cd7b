// What a reader sees, made for speed: the merge of all sources and the choice of what is visible in
// one step, over entries that the sources hand out many at a time.
//
// It means what iter/visible_iterator.h over iter/merging_iterator.h means, and going back it
// leaves to them. Thread safety: one thread.

#pragma once

#include <memory>
#include <vector>

#include "iter/iterator.h"
#include "iter/visible_iterator.h"
#include "stats/counters.h"

namespace strata {

// `owner` keeps alive what the sources belong to; `counters`, unless null, count seeks.
std::unique_ptr<VisibleEntries> NewScanIterator(
    std::vector<std::unique_ptr<InternalIterator>> sources, VisibleIteratorOptions options,
    std::shared_ptr<const void> owner = nullptr, Counters* counters = nullptr);

}  // namespace strata
