#include "cli/verbs/store_files.h"

#include <algorithm>
#include <utility>

#include "version/file_names.h"

namespace strata::cli {

Result<StoreFiles> ListStore(FileSystem& files, const std::string& directory) {
  STRATA_TRY_ASSIGN(const std::vector<std::string> names, files.List(directory));
  StoreFiles found;
  for (const std::string& name : names) {
    (ParseFileName(name) ? found.ours : found.others).push_back(name);
  }
  return found;
}

Status RemoveStore(FileSystem& files, const std::string& directory) {
  STRATA_TRY_ASSIGN(const auto lock, files.Lock(JoinPath(directory, kLockFileName)));
  STRATA_TRY_ASSIGN(StoreFiles found, ListStore(files, directory));
  // CURRENT goes first (without it there is no store, whatever happens next), the lock last.
  const auto place = [](const std::string& name) {
    int rank = name == kLockFileName ? 2 : 1;
    if (name == kCurrentFileName) rank = 0;
    return std::make_pair(rank, name);
  };
  std::sort(found.ours.begin(), found.ours.end(),
            [&place](const auto& a, const auto& b) { return place(a) < place(b); });
  for (const std::string& name : found.ours) {
    STRATA_TRY(files.Remove(JoinPath(directory, name)));
    if (name == kCurrentFileName) STRATA_TRY(files.SyncDirectory(directory));
  }
  STRATA_TRY(files.SyncDirectory(directory));
  return found.others.empty() ? files.RemoveDirectory(directory) : Status();
}

}  // namespace strata::cli
