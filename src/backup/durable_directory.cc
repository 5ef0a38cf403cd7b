#include "backup/durable_directory.h"

namespace strata::backup {

Status MakeDurableDirectory(FileSystem& files, const std::string& directory) {
  STRATA_TRY(files.CreateDirectories(directory));
  std::string parent = ParentDirectory(directory);
  STRATA_TRY(files.SyncDirectory(parent));
  while (parent != "." && parent != "/") {
    parent = ParentDirectory(parent);
    if (!files.SyncDirectory(parent)) break;
  }
  return {};
}

}  // namespace strata::backup
