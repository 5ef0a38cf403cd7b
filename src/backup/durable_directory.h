// Directories whose names survive a power cut.
//
// Thread safety: as FileSystem.

#pragma once

#include <string>

#include "base/result.h"
#include "io/file_system.h"

namespace strata::backup {

// Creates the directory, and makes its name durable, with those of the directories above it as far
// as we may: they may be as new.
Status MakeDurableDirectory(FileSystem& files, const std::string& directory);

}  // namespace strata::backup
