// The manifests in a store's directory: one is begun, CURRENT is made to name it, the others go.
//
// Thread safety: none.

#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "io/environment.h"
#include "stats/counters.h"
#include "version/manifest.h"

namespace strata {

// Writes a manifest that says `state`, and syncs it. `counters` may be null.
Result<std::unique_ptr<ManifestWriter>> WriteSnapshot(const Environment& environment,
                                                      const std::string& directory,
                                                      FileNumber number, const ManifestState& state,
                                                      Counters* counters);

// Makes CURRENT name `manifest`.
Status SwitchTo(const ManifestWriter& manifest, FileSystem& files, const std::string& directory);

// Removes what a manifest that couldn't be begun leaves behind: one attempt after the other it
// would fill a disk that is full.
void RemoveUnlessCurrent(FileSystem& files, const std::string& directory, FileNumber number);

// Removes all others. REQUIRES: CURRENT's switch to `current` is durable. A file that stays is
// removed next time.
void RemoveOldManifests(FileSystem& files, const std::string& directory, FileNumber current);

}  // namespace strata
