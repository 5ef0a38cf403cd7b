// What the comparison asks of every engine, so that all of them do the same work.
//
// Thread safety: Put, Get and the rest may be called by several threads at once.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace strata::peers {

// The same for all engines: what a database of this size would be given.
struct Budget {
  std::uint64_t memtable_bytes = 64ULL << 20;
  std::uint64_t cache_bytes = 256ULL << 20;
  int filter_bits = 10;
  bool sync = false;  // Every put waits for the disk.
};

class Store {
 public:
  virtual ~Store() = default;
  virtual bool Put(std::string_view key, std::string_view value) = 0;
  virtual bool Delete(std::string_view key) = 0;
  virtual bool Get(std::string_view key, std::string* value) = 0;
  // Moves to the first key at or after `from` (empty: the first), and reads up to `count` entries.
  // Returns how many there were.
  virtual std::uint64_t Scan(std::string_view from, std::uint64_t count) = 0;
  // Waits until background work is done, so that reads meet a settled tree.
  virtual void Settle() = 0;
};

}  // namespace strata::peers
