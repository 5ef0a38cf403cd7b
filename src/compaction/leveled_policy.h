// The two decisions that leveled compaction is made of, for its policy and for tests.
//
// Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <optional>

#include "compaction/policy.h"

namespace strata::compaction {

// The most bytes that `level` should hold, from level 1 on. The last of seven levels has no limit.
std::uint64_t TargetBytes(std::uint32_t level, const Options& options);

// How badly a level needs work; 1 or more is due. Level 0 is measured in runs against
// Options::level0_runs, because each costs every read; the others in bytes against their target.
// What is busy is on its way already and doesn't count.
double LevelScore(const TreeView& tree, std::uint32_t level, const TableSet& busy,
                  const Options& options);

// Merges the oldest run of level 0 into level 1, together with every run that overlaps it, or
// overlaps one that does. Nothing while any of what that takes is busy.
// REQUIRES: level 0 isn't empty.
std::optional<CompactionJob> PickLevel0(const TreeView& tree, const TableSet& busy,
                                        const Options& options);

}  // namespace strata::compaction
