// CURRENT: the one file whose name never changes. It says which manifest is the store's.
//
// Thread safety: none.

#pragma once

#include <string>

#include "base/result.h"
#include "io/file_system.h"
#include "version/manifest_format.h"

namespace strata {

// Errors: kNotFound when there is no CURRENT; kCorruption.
Result<CurrentManifest> ReadCurrent(FileSystem& files, const std::string& directory);

// Makes CURRENT say `current`, durably: after a crash at any point it says the old or the new.
// After kNoSpace or kNoDescriptors it says the old. REQUIRES: the manifest's bytes are synced.
Status SwitchCurrent(FileSystem& files, const std::string& directory,
                     const CurrentManifest& current);

}  // namespace strata
