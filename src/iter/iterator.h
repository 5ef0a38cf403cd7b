// A cursor over entries sorted by internal key. Memtables, blocks, tables and merges all are one,
// so they compose.
//
// Moves can fail, so they return a Status; reads can't. After a failed move the iterator isn't
// Valid() and only the Seek functions may be called.
// Thread safety: one thread.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"

namespace strata {

// An entry where it is, in 24 bytes.
struct EntryView {
  const char* key_data;
  const char* value_data;
  std::uint32_t key_size;
  std::uint32_t value_size;

  static EntryView Of(std::string_view key, std::string_view value) {
    return {key.data(), value.data(), static_cast<std::uint32_t>(key.size()),
            static_cast<std::uint32_t>(value.size())};
  }
  std::string_view key() const { return {key_data, key_size}; }  // Internal key.
  std::string_view value() const { return {value_data, value_size}; }
};

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

  // The current entry and those after it, as many as come cheaply; the cursor then stands on the
  // last of them. Returns how many, at least one. The views hold until the cursor moves.
  // REQUIRES: Valid(); `out` isn't empty.
  virtual std::size_t Take(std::span<EntryView> out) {
    out[0] = EntryView::Of(key(), value());
    return 1;
  }
};

std::unique_ptr<InternalIterator> NewEmptyIterator();
// Never valid: every seek fails with `error`.
std::unique_ptr<InternalIterator> NewErrorIterator(Error error);

}  // namespace strata
