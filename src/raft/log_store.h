// Where the host keeps the entries that it was given to write. The core only reads it.
//
// Thread safety: called from within the core's calls only.

#pragma once

#include <vector>

#include "base/result.h"
#include "raft/types.h"

namespace strata::raft {

class LogStore {
 public:
  virtual ~LogStore() = default;

  // The index of the last entry, or of the snapshot if there is none behind it.
  virtual Index last_index() const = 0;
  // Known without the disk. REQUIRES: the entry is there.
  virtual Term TermAt(Index index) const = 0;
  // Entries first to last, or as many of them from the first on as have `bytes_max` together; one
  // at least. An error stops the node: what it can't read it may not take for absent.
  virtual Result<std::vector<Entry>> Read(Index first, Index last, std::size_t bytes_max) const = 0;
};

}  // namespace strata::raft
