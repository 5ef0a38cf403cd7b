// The newest part of a store: a sorted table in memory, filled by writers and read by anyone until
// it is written out as a sorted table file.
//
// Thread safety: one thread at a time may Add (AddConcurrently: any number); any number read
// meanwhile without locks. Entries are never removed.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "iter/internal_key.h"
#include "iter/iterator.h"

namespace strata {

// What a lookup found: the value (which may be empty), or that the key is deleted.
struct FoundEntry {
  EntryKind kind;
  SequenceNumber sequence;
  std::string_view value;  // Lives as long as the memtable.
};

class MemTable {
 public:
  explicit MemTable(std::uint64_t seed);
  ~MemTable();
  MemTable(const MemTable&) = delete;
  MemTable& operator=(const MemTable&) = delete;

  // REQUIRES: no entry with this key and sequence is there yet.
  void Add(SequenceNumber sequence, EntryKind kind, std::string_view key, std::string_view value);
  // As Add, by any number of threads at once.  (Lesson 12; the implementer marks it //@L12.)
  void AddConcurrently(SequenceNumber sequence, EntryKind kind, std::string_view key,
                       std::string_view value);

  // The newest entry of `key` at or before `sequence`; nothing if this table has none.
  std::optional<FoundEntry> Get(std::string_view key, SequenceNumber sequence) const;

  // The memtable must outlive the iterator.
  std::unique_ptr<InternalIterator> NewIterator() const;

  std::uint64_t entries() const;
  // Memory in use, to decide when to write the table out.
  std::size_t bytes_used() const;
  // Pieces asked of the arena so far (a lesson's counter).
  std::uint64_t allocations() const;
  // Keys compared since the start, by all threads (a lesson's counter).
  bool empty() const { return entries() == 0; }

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace strata
