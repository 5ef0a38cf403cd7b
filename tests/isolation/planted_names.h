// The bugs of src/ that the isolation tests must find; mutants_test.cc says where.

#pragma once

namespace strata::isolation {

inline constexpr const char* kPlantedNames[] = {
    "moving_snapshot",
    "batch_in_parts",
    "conditions_ignore_group",
};

}  // namespace strata::isolation
