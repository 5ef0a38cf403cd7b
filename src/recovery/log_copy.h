// What is read from logs while a store is opened, as long as it is little: it can go into the new
// log with one sync, where tables would be a file and a sync each.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iter/internal_key.h"
#include "journal/journal.h"

namespace strata {

class LogCopy {
 public:
  // Remembers the entries of a record, the first one at `first`, unless all of them together would
  // be more than `bytes_max`: then it gives up.
  void Add(SequenceNumber first, std::string_view entries, std::uint64_t bytes_max);
  // From now on it isn't whole: what was added is elsewhere.
  void GiveUp();

  bool whole() const { return whole_; }
  std::uint64_t bytes() const { return bytes_; }

  // Appends all of it to `journal`, and syncs. REQUIRES: whole; a log has begun.
  Status WriteTo(Journal& journal) const;

 private:
  struct Record {
    SequenceNumber first;
    std::string entries;
  };
  std::vector<Record> records_;
  std::uint64_t bytes_ = 0;
  bool whole_ = true;
};

}  // namespace strata
