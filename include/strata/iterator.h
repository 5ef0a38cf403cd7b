// A cursor over a store's keys in byte order, as they were at one instant.
//
// Moves can fail, so they return a Status; reads can't. After a failed move the iterator isn't
// Valid() and only the Seek functions may be called. The store must outlive it.
// Thread safety: one thread at a time.

#pragma once

#include <memory>
#include <string_view>

#include "strata/status.h"

namespace strata {

class Iterator {
 public:
  Iterator() = default;
  Iterator(const Iterator&) = delete;
  Iterator& operator=(const Iterator&) = delete;
  virtual ~Iterator() = default;

  // True iff the cursor is on an entry. False before the first Seek and past either end.
  virtual bool Valid() const = 0;

  virtual Status SeekToFirst() = 0;
  virtual Status SeekToLast() = 0;
  // Moves to the first key at or after `key`.
  virtual Status Seek(std::string_view key) = 0;
  // Moves to the last key at or before `key`.
  virtual Status SeekForPrev(std::string_view key) = 0;

  // REQUIRES: Valid().
  virtual Status Next() = 0;
  virtual Status Prev() = 0;

  // The current entry; the views hold until the cursor moves. REQUIRES: Valid().
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
};

}  // namespace strata
