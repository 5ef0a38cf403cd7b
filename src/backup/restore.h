// Makes a store out of what a repository has. CURRENT is written last: until then nobody takes the
// directory for a store, and the file RESTORING says that what is in it may go.
//
// Thread safety: none.

#pragma once

#include <string>

#include "backup/plan.h"
#include "backup/target.h"
#include "io/environment.h"

namespace strata::backup {

// As RestoreStore.
Result<RestoreInfo> Restore(const Environment& environment, Target& target,
                            const std::string& directory, const RestoreOptions& how);

}  // namespace strata::backup
