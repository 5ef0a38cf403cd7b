// The races of src/ that the simulated world must find; races_test.cc says where.

#pragma once

namespace strata::sim {

inline constexpr const char* kPlantedNames[] = {
    "edits_dont_wait",
    "flush_forgets_early",
    "flush_pops_newest",
    "group_ends_unheard",
    "two_leaders",
    "leader_doesnt_wait",
    "edit_ends_unheard",
    "drop_looked_at_early",
    "close_leaves_jobs",
    "moved_table_unheld",
    // Snapshots.
    "snapshot_before_lock",
    // Transactions.
    "release_unheard",
    "granted_unchecked",
    // Tables.
    "feature_beside_edit",
    // Copies.
    "copy_holds_nothing",
};

}  // namespace strata::sim
