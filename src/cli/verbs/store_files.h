// The files of a store, as names in a directory, for those who remove them.
//
// Thread safety: none.

#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "io/file_system.h"

namespace strata::cli {

struct StoreFiles {
  std::vector<std::string> ours;    // Names that a store gives.
  std::vector<std::string> others;  // Everything else: never touched.
};

// Errors: kNotFound.
Result<StoreFiles> ListStore(FileSystem& files, const std::string& directory);

// Removes a store's files, and the directory if nothing else is in it.
// Errors: kBusy when the store is in use; nothing is removed then.
Status RemoveStore(FileSystem& files, const std::string& directory);

}  // namespace strata::cli
