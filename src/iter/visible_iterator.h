// What a user sees at one instant: of a stream of internal entries, the newest version of each key
// at or before a sequence, without the deleted ones, inside bounds, in both directions.
//
// Thread safety: one thread.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "iter/internal_key.h"
#include "iter/iterator.h"
#include "strata/iterator.h"

namespace strata {

struct VisibleIteratorOptions {
  SequenceNumber sequence = kSequenceMax;
  std::optional<std::string> lower = {};  // Inclusive.
  std::optional<std::string> upper = {};  // Exclusive.
  std::uint64_t now_us = 0;  // Entries that have expired by then are hidden as deletes.
  // Called, once, with `table` when a move has passed over kManyHidden entries that can't be seen;
  // unless null it outlives the iterator.
  const std::function<void(std::uint32_t table)>* many_hidden = nullptr;
  std::uint32_t table = 0;
};

inline constexpr int kManyHidden = 1000;

// It shows a pointer to a blob as it is, and says so.
class VisibleEntries : public Iterator {
 public:
  virtual EntryKind kind() const = 0;  // REQUIRES: Valid().
};

std::unique_ptr<VisibleEntries> NewVisibleIterator(std::unique_ptr<InternalIterator> entries,
                                                   VisibleIteratorOptions options);

}  // namespace strata
