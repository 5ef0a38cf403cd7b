// Makes the bytes of a block; see sst/block.h for them and for the way back.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sst/block_hash_index.h"

namespace strata::sst {

class BlockBuilder {
 public:
  // Every `restart_interval`-th entry has its whole key. REQUIRES: restart_interval >= 1.
  explicit BlockBuilder(int restart_interval) : restart_interval_(restart_interval) {}

  // Gives the blocks a hash index. Call it before the first Add.
  void EnableHashIndex() { hash_index_ = true; }

  // REQUIRES: `key` is an internal key (or an index key) that sorts after all before it.
  void Add(std::string_view key, std::string_view value);

  // The block's bytes; the view holds until the next call. REQUIRES: at least one Add.
  std::string_view Finish();

  // Empties the builder for the next block.
  void Reset();

  bool empty() const { return entries_ == 0; }
  std::uint64_t entries() const { return entries_; }
  // What Finish would return now.
  std::size_t size_estimate() const;
  // How much an entry can add to it.
  static std::size_t EntrySizeMax(std::string_view key, std::string_view value);

 private:
  const int restart_interval_;
  std::string bytes_;
  std::vector<std::uint32_t> restarts_;
  std::uint64_t entries_ = 0;
  int since_restart_ = 0;
  std::string last_user_key_;
  bool hash_index_ = false;
  HashSlotsBuilder hash_slots_;
};

}  // namespace strata::sst
