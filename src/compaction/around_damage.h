// What becomes of a tree of which a table is damaged: nothing is merged into that table, nor past
// it, so runs pile up above. They are merged among themselves, so that lookups meet few of them.
//
// Thread safety: pure functions.

#pragma once

#include <optional>

#include "compaction/policy.h"

namespace strata::compaction {

// Merges the newest runs of level 0 into one that stays there, once there are as many as would be
// merged down. A run joins if it is no larger than those above it together, so that each entry is
// written anew a number of times that grows with the logarithm of the runs. Nothing when the
// style doesn't merge level 0, or a run is `busy` before there are enough.
std::optional<CompactionJob> PickAround(const TreeView& tree, const TableSet& busy,
                                        CompactionStyle style, const Options& options);

}  // namespace strata::compaction
