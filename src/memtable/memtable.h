// The newest part of a store: a sorted table in memory, filled by writers and read by anyone until
// it is written out as a sorted table file.
//
// Thread safety: one thread at a time may Add; any number read meanwhile without locks. Entries
// are never removed.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "iter/internal_key.h"
#include "iter/iterator.h"
#include "stats/counters.h"
#include "strata/options.h"

namespace strata {

// What a lookup found: the value (which may be empty), or that the key is deleted.
struct FoundEntry {
  EntryKind kind;
  SequenceNumber sequence;
  std::string_view value;  // Lives as long as the memtable.
};

class MemTable {
 public:
  // The seed decides the shape of the list, not what is in it. `counters`, if there are any, must
  // outlive the memtable: it counts key comparisons of lookups, and pieces of memory.
  explicit MemTable(std::uint64_t seed, Counters* counters = nullptr,
                    MemtableKind kind = MemtableKind::kSkipList);
  ~MemTable();
  MemTable(const MemTable&) = delete;
  MemTable& operator=(const MemTable&) = delete;

  // Copies key and value. REQUIRES: no entry with this key and sequence is there yet;
  // key.size() <= kUserKeySizeMax, value.size() < 4 GiB; one thread at a time.
  void Add(SequenceNumber sequence, EntryKind kind, std::string_view key, std::string_view value);
  // As Add, by any number of threads at once. Don't mix with Add at the same time.
  void AddConcurrently(SequenceNumber sequence, EntryKind kind, std::string_view key,
                       std::string_view value);

  // The newest entry of `key` at or before `sequence`; nothing if this table has none. Allocates
  // nothing.
  std::optional<FoundEntry> Get(std::string_view key, SequenceNumber sequence) const;

  // The memtable must outlive the iterator. Entries added meanwhile may or may not be met.
  std::unique_ptr<InternalIterator> NewIterator() const;

  std::uint64_t entries() const;
  std::uint64_t deletes() const;  // Of these.
  bool empty() const { return entries() == 0; }
  // Memory taken from the system, to decide when to write the table out.
  std::size_t bytes_used() const;
  // Pieces asked of the arena so far: one an entry, and one for the table.
  std::uint64_t allocations() const;

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace strata
