// What there is to copy from a damaged store. Where CURRENT and the manifest are whole, they say
// it. Otherwise whatever lies in the directory is read, and records of manifests that are whole are
// hints: which file was of which table, and which was given up already.
//
// Thread safety: none.

#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/file_system.h"
#include "stats/counters.h"
#include "strata/repair.h"
#include "version/manifest.h"

namespace strata::repair {

// The directory that is read. All borrowed; nothing in it is changed.
struct Source {
  FileSystem& files;
  const std::string& directory;
  Counters& counters;

  std::string PathOf(const std::string& name) const { return JoinPath(directory, name); }
};

struct Inventory {
  bool manifest_whole = false;
  // As the manifest says, or as far as the hints go. Its tables are those to read, as known.
  ManifestState state;
  std::set<FileNumber> unknown_tables;           // To be read too; nothing says what they are.
  std::set<std::uint32_t> dropped;               // Named tables whose entries aren't to be copied.
  std::map<BlobId, std::set<FileNumber>> blobs;  // The files that may hold values of each.
  std::vector<FileNumber> logs;                  // Ascending.
  FileNumber last_file = 0;                      // The highest number of a file that is there.
};

// `lost` gets what isn't there any more. Errors: kNotFound when no file of a store is there.
Result<Inventory> TakeInventory(const Source& source, std::vector<LostRange>* lost);

}  // namespace strata::repair
