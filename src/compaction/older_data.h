// Says whether data older than a job's output may hold a key: then the key's tombstone must stay.
//
// Thread safety: none. Keys are asked in ascending order, so that an answer costs O(1) on average.

#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "compaction/policy.h"
#include "version/version.h"

namespace strata::compaction {

class OlderData {
 public:
  // All tables of `version` at or after the output position in the order of reads, but the inputs.
  OlderData(const CompactionJob& job, std::shared_ptr<const Version> version);

  // REQUIRES: `user_key` isn't before the one asked last.
  bool MayHold(std::string_view user_key);

 private:
  struct Cursor {
    std::vector<const Table*> tables;  // Of one run, by key.
    std::size_t next = 0;              // The first that doesn't end before the last key asked.
  };

  std::shared_ptr<const Version> version_;  // Keeps the tables alive.
  std::vector<Cursor> runs_;
};

}  // namespace strata::compaction
