// Decompressed, checked blocks of all tables, up to a budget. A scan that touches each block once
// can't push out the blocks that point reads come back to.
//
// Thread safety: any thread may call any member; the cache is split into shards.

#pragma once

#include <cstdint>
#include <memory>

#include "sst/block.h"
#include "stats/counters.h"

namespace strata::sst {

class BlockCache {
 public:
  BlockCache(std::uint64_t capacity_bytes, Counters& counters);
  // Another store's way into the same blocks and budget, with counters of its own: who inserts a
  // block counts what it evicts.
  BlockCache(const BlockCache& shared, Counters& counters);
  ~BlockCache();
  BlockCache(const BlockCache&) = delete;
  BlockCache& operator=(const BlockCache&) = delete;

  // Null when it isn't there. `table` is unique to an open table for the life of the cache
  // (NewTableId); `offset` is the block's place in the file.
  std::shared_ptr<const Block> Lookup(std::uint64_t table, std::uint64_t offset);

  // Keeps the block, evicting others; a block larger than a shard isn't kept.
  void Insert(std::uint64_t table, std::uint64_t offset, std::shared_ptr<const Block> block);

  std::uint64_t NewTableId();
  // Drops all blocks of tables whose ids were made by this object. Takes time in proportion to all
  // blocks.
  void ForgetTables();
  void SetCapacity(std::uint64_t capacity_bytes);
  std::uint64_t capacity_bytes() const;
  std::uint64_t used_bytes() const;

 private:
  struct Rep;
  const std::shared_ptr<Rep> rep_;
  Counters& counters_;
  const std::uint64_t ids_ = 0;  // The high bits of its tables' ids.
};

}  // namespace strata::sst
