// A cursor over entries sorted by internal key. Memtables, blocks, tables and merges all are one,
// so they compose.
//
// Moves can fail, so they return a Status; reads can't. After a failed move the iterator isn't
// Valid() and only the Seek functions may be called.
// Thread safety: one thread.

#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"

namespace strata {

class InternalIterator {
 public:
  InternalIterator() = default;
  InternalIterator(const InternalIterator&) = delete;
  InternalIterator& operator=(const InternalIterator&) = delete;
  virtual ~InternalIterator() = default;

  // True iff the cursor is on an entry. False before the first Seek.
  virtual bool Valid() const = 0;

  virtual Status SeekToFirst() = 0;
  virtual Status SeekToLast() = 0;
  // Moves to the first entry at or after `target`, an internal key.
  virtual Status Seek(std::string_view target) = 0;
  // Moves to the last entry at or before `target`.
  virtual Status SeekForPrev(std::string_view target) = 0;

  // REQUIRES: Valid(). Past either end the iterator is no longer Valid().
  virtual Status Next() = 0;
  virtual Status Prev() = 0;

  // The current entry. The views hold until the cursor moves. REQUIRES: Valid().
  virtual std::string_view key() const = 0;  // Internal key.
  virtual std::string_view value() const = 0;
};

std::unique_ptr<InternalIterator> NewEmptyIterator();

}  // namespace strata
