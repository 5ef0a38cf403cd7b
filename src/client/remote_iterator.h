// A cursor over a server's keys, both ways, by pages.
//
// Thread safety: one thread at a time.

#pragma once

#include <memory>

#include "client/pages.h"
#include "strata/iterator.h"
#include "strata/options.h"

namespace strata::client {

// Bounds and prefix are those of `options`; the table, and the moment, are what the pages are of.
std::unique_ptr<Iterator> NewRemoteIterator(std::unique_ptr<Pages> pages,
                                            const ReadOptions& options);

}  // namespace strata::client
