// Copies all that is whole of a damaged store into a new one, and tells what isn't there any more.
//
// Nothing in the old directory changes, and nothing is mended in place: what a damaged store still
// holds may be needed once more, and a repair that goes wrong must not be what loses it.
// Thread safety: any thread.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "strata/options.h"
#include "strata/status.h"

namespace strata {

// What is lost of one piece of a file: entries of these keys may have been in it.
struct LostRange {
  std::string file;          // Of the old store.
  std::uint64_t offset = 0;  // Where the piece begins in it.
  std::string what;          // "block at offset 8192: bad checksum"
  std::string table;         // The table that it was of; empty: any.
  // Both inclusive, and no narrower than what is lost. Absent: from the first, to the last key.
  std::optional<std::string> first = {};
  std::optional<std::string> last = {};
  // Other files hold older entries of such keys. Where the newest was in the piece, an older one is
  // in the new store, or one that had been deleted.
  bool older_may_show = false;
};

struct RepairReport {
  // False: which files the store consisted of was judged by what lay in the directory.
  bool manifest_whole = false;
  std::uint64_t tables_read = 0;
  std::uint64_t logs_read = 0;
  std::uint64_t entries = 0;  // In the new store.
  std::uint64_t bytes = 0;    // Of its files.
  std::vector<LostRange> lost;
};

// Makes `target`, which must be empty or not there, a store with all that is whole in `directory`:
// tables block by block, values, and the records of logs before and after damage. Where the
// manifest is whole, it says which files these are; otherwise all that are found are read, and the
// newest entry of a key counts. Named tables, options and expiry are kept. `options` say how the
// new files are written, and in which environment.
// Errors: kNotFound when no file of a store is there; kBusy when somebody has it open;
// kInvalidArgument when something is in the target; those of writing. After an error nothing is
// left of the target. Lost data is no error: the report tells.
Result<RepairReport> RepairStore(const Options& options, const std::string& directory,
                                 const std::string& target);

}  // namespace strata
