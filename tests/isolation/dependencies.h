// Which committed transaction must come before which, and why.
//
// Thread safety: pure functions.

#pragma once

#include <vector>

#include "isolation/graph.h"
#include "isolation/version_order.h"

namespace strata::isolation {

// Nodes are transactions. Edges of time are reduced: those that follow from others are left out.
std::vector<Edge> FindDependencies(const History& history, const VersionOrders& orders);

}  // namespace strata::isolation
