// What a restore needs, found and checked before anything is written.
//
// Thread safety: none.

#pragma once

#include <vector>

#include "backup/format.h"
#include "backup/target.h"

namespace strata::backup {

struct Plan {
  Manifest from;
  std::vector<LoggedRecord> records;  // To be put on top, in order, without holes.
  SequenceNumber sequence = 0;        // After them.
};

// Errors: as RestoreStore.
Result<Plan> MakePlan(Target& target, const RestoreOptions& how);

}  // namespace strata::backup
