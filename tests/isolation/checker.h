// Decides from a history alone which isolation levels the store kept, and shows what broke one.
//
//   history.h -> version_order.h -> dependencies.h -> graph.h
//
// Adya's conditions over the dependencies: without a cycle the transactions can be put in an order
// in which each would have read what it read. What has cycles of a kind only is a weaker level.
//
// Thread safety: a pure function.

#pragma once

#include "isolation/anomaly.h"
#include "isolation/history.h"

namespace strata::isolation {

// Known limit: of transactions that hang together in several cycles, those of the worst kind are
// reported. Appends to a key that nobody ever read have no order, so two concurrent ones aren't
// seen to break snapshot isolation: let a workload read everything at its end.
// REQUIRES: as in history.h.
Report Check(const History& history);

}  // namespace strata::isolation
