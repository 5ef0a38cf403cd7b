// The bugs of src/ that the isolation tests must find; mutants_test.cc says where.

#pragma once

namespace strata::isolation {

inline constexpr const char* kPlantedNames[] = {
    "moving_snapshot",
    "batch_in_parts",
    "conditions_ignore_group",
    "validate_at_commit",
    "skip_read_validation",
    "skip_range_validation",
    "write_before_commit",
    "savepoint_keeps_writes",
    "commit_ok_but_rolled_back",
    "lock_released_early",
    "reads_checked_in_default_table",
};

}  // namespace strata::isolation
