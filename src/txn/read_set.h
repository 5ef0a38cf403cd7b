// What a transaction has read, key by key and range by range, with the sequence at which it read.
// One for each table.
//
// Thread safety: none.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "iter/internal_key.h"
#include "strata/write_batch.h"

namespace strata {

// Keys from `lower` on and before `upper`; nothing: to the end.
struct ReadRange {
  std::string lower;
  std::optional<std::string> upper;
  SequenceNumber since = 0;
};

class ReadSet {
 public:
  // Of a key that is read again the first reading counts: the second must agree with it.
  void AddKey(std::string_view key, SequenceNumber since);

  // Begins a range that grows as a cursor moves; the index names it.
  std::size_t BeginRange(ReadRange range);
  void ExtendUp(std::size_t index, std::optional<std::string> upper);
  void ExtendDown(std::size_t index, std::string_view lower);

  bool Has(std::string_view key) const { return keys_.contains(key); }
  bool empty() const { return keys_.empty() && ranges_.empty(); }

  // Requires of `batch` that nothing of it has changed.
  void AddTo(WriteBatch* batch, TableRef table) const;

 private:
  std::map<std::string, SequenceNumber, std::less<>> keys_;
  std::vector<ReadRange> ranges_;
};

}  // namespace strata
