#include "sst/block_cache.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <list>
#include <unordered_map>
#include <vector>

#include "io/mutex.h"

namespace strata::sst {
namespace {

// The bits of a table's id that say through which of the objects on one cache it was opened.
constexpr std::uint64_t kIdsStep = 1ULL << 40;
constexpr std::uint64_t kIdsMask = ~(kIdsStep - 1);

struct BlockKey {
  std::uint64_t table;
  std::uint64_t offset;

  bool operator==(const BlockKey&) const = default;
};

struct BlockKeyHash {
  std::size_t operator()(const BlockKey& key) const {
    std::uint64_t mixed = key.table * 0x9e3779b97f4a7c15 ^ key.offset;
    mixed = (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93;
    return mixed ^ (mixed >> 32);
  }
};

// One part of the cache, managed by S3-FIFO (Yang et al., "FIFO queues are all you need for cache
// eviction", SOSP 2023). A new block enters a small queue. Asked for again there, it moves to the
// main queue; otherwise it leaves, and only its name is remembered for a while (the ghosts): if it
// comes back soon, it enters the main queue at once. So a scan passes through the small queue.
class Shard {
 public:
  std::shared_ptr<const Block> Lookup(const BlockKey& key) {
    MutexLock lock(mutex_);
    const auto found = blocks_.find(key);
    if (found == blocks_.end()) return nullptr;
    if (found->second->uses < kUsesMax) ++found->second->uses;
    return found->second->block;
  }

  // Returns the number of blocks that had to go.
  std::uint64_t Insert(const BlockKey& key, std::shared_ptr<const Block> block) {
    const std::uint64_t charge = block->size_bytes();
    MutexLock lock(mutex_);
    if (charge > capacity_ || blocks_.contains(key)) return 0;
    const bool was_here = ghosts_.contains(key);
    Queue& queue = was_here ? main_ : small_;
    queue.entries.push_front(Entry{key, std::move(block), charge, 0});
    queue.bytes += charge;
    blocks_[key] = queue.entries.begin();
    return EvictToFit();
  }

  std::uint64_t SetCapacity(std::uint64_t bytes) {
    MutexLock lock(mutex_);
    capacity_ = bytes;
    return EvictToFit();
  }

  std::uint64_t used_bytes() {
    MutexLock lock(mutex_);
    return small_.bytes + main_.bytes;
  }

  // Drops the blocks of tables whose ids have these high bits.
  void Forget(std::uint64_t ids) {
    std::list<Entry> dropped;  // Destroyed without the mutex.
    MutexLock lock(mutex_);
    for (Queue* queue : {&small_, &main_}) {
      for (auto it = queue->entries.begin(); it != queue->entries.end();) {
        const auto entry = it++;
        if ((entry->key.table & kIdsMask) != ids) continue;
        blocks_.erase(entry->key);
        queue->bytes -= entry->charge;
        dropped.splice(dropped.end(), queue->entries, entry);
      }
    }
  }

 private:
  static constexpr int kUsesMax = 3;
  static constexpr std::uint64_t kSmallShare = 10;  // Percent of the capacity.

  struct Entry {
    BlockKey key;
    std::shared_ptr<const Block> block;
    std::uint64_t charge;
    int uses;  // Since it entered its queue, at most kUsesMax.
  };
  struct Queue {
    std::list<Entry> entries;  // Newest first.
    std::uint64_t bytes = 0;
  };

  std::uint64_t EvictToFit() STRATA_REQUIRES(mutex_) {
    std::uint64_t evicted = 0;
    while (small_.bytes + main_.bytes > capacity_) {
      const bool small_is_full = small_.bytes * 100 > capacity_ * kSmallShare;
      const bool from_small = main_.entries.empty() || (small_is_full && !small_.entries.empty());
      evicted += from_small ? EvictFromSmall() : EvictFromMain();
    }
    return evicted;
  }

  // Each looks at the oldest block of its queue and returns how many left the cache: 0 or 1.
  std::uint64_t EvictFromSmall() STRATA_REQUIRES(mutex_) {
    Entry& oldest = small_.entries.back();
    if (oldest.uses > 0) {
      MoveToMain(small_);
      return 0;
    }
    RememberGhost(oldest.key);
    Drop(small_);
    return 1;
  }

  std::uint64_t EvictFromMain() STRATA_REQUIRES(mutex_) {
    if (main_.entries.back().uses > 0) {
      --main_.entries.back().uses;
      main_.entries.splice(main_.entries.begin(), main_.entries, std::prev(main_.entries.end()));
      return 0;
    }
    Drop(main_);
    return 1;
  }

  void MoveToMain(Queue& from) STRATA_REQUIRES(mutex_) {
    const auto oldest = std::prev(from.entries.end());
    oldest->uses = 0;
    from.bytes -= oldest->charge;
    main_.bytes += oldest->charge;
    main_.entries.splice(main_.entries.begin(), from.entries, oldest);
  }

  void Drop(Queue& queue) STRATA_REQUIRES(mutex_) {
    const Entry& oldest = queue.entries.back();
    blocks_.erase(oldest.key);
    queue.bytes -= oldest.charge;
    queue.entries.pop_back();
  }

  void RememberGhost(const BlockKey& key) STRATA_REQUIRES(mutex_) {
    if (!ghosts_.insert({key, true}).second) return;
    ghost_order_.push_back(key);
    // As many names as there are blocks, and a few when the cache is young.
    while (ghost_order_.size() > std::max<std::size_t>(blocks_.size(), 16)) {
      ghosts_.erase(ghost_order_.front());
      ghost_order_.pop_front();
    }
  }

  Mutex mutex_;
  std::uint64_t capacity_ STRATA_GUARDED_BY(mutex_) = 0;
  Queue small_ STRATA_GUARDED_BY(mutex_);
  Queue main_ STRATA_GUARDED_BY(mutex_);
  std::unordered_map<BlockKey, std::list<Entry>::iterator, BlockKeyHash> blocks_
      STRATA_GUARDED_BY(mutex_);
  std::unordered_map<BlockKey, bool, BlockKeyHash> ghosts_ STRATA_GUARDED_BY(mutex_);
  std::deque<BlockKey> ghost_order_ STRATA_GUARDED_BY(mutex_);  // Oldest first.
};

// Small caches have few shards, so that one block still fits many times.
constexpr std::uint64_t kShardBytesMin = 512 << 10;
constexpr std::size_t kShardsMax = 16;

}  // namespace

struct BlockCache::Rep {
  explicit Rep(std::size_t shard_count) : shards(shard_count) {}

  Shard& ShardOf(const BlockKey& key) {
    return shards[(BlockKeyHash()(key) >> 40) % shards.size()];
  }

  std::vector<Shard> shards;
  std::atomic<std::uint64_t> next_table{1};
  std::atomic<std::uint64_t> next_ids{kIdsStep};
  std::atomic<std::uint64_t> capacity{0};
};

BlockCache::BlockCache(std::uint64_t capacity_bytes, Counters& counters)
    : rep_(std::make_shared<Rep>(
          std::clamp<std::size_t>(capacity_bytes / kShardBytesMin, 1, kShardsMax))),
      counters_(counters) {
  SetCapacity(capacity_bytes);
}

BlockCache::BlockCache(const BlockCache& shared, Counters& counters)
    : rep_(shared.rep_), counters_(counters), ids_(rep_->next_ids.fetch_add(kIdsStep)) {}

void BlockCache::ForgetTables() {
  for (Shard& shard : rep_->shards) shard.Forget(ids_);
}

BlockCache::~BlockCache() = default;

std::shared_ptr<const Block> BlockCache::Lookup(std::uint64_t table, std::uint64_t offset) {
  const BlockKey key{table, offset};
  auto block = rep_->ShardOf(key).Lookup(key);
  counters_.Add(block ? Counter::kCacheHits : Counter::kCacheMisses);
  return block;
}

void BlockCache::Insert(std::uint64_t table, std::uint64_t offset,
                        std::shared_ptr<const Block> block) {
  const BlockKey key{table, offset};
  const std::uint64_t evicted = rep_->ShardOf(key).Insert(key, std::move(block));
  if (evicted > 0) counters_.Add(Counter::kCacheEvictions, evicted);
}

std::uint64_t BlockCache::NewTableId() {
  return ids_ + rep_->next_table.fetch_add(1, std::memory_order_relaxed);
}

void BlockCache::SetCapacity(std::uint64_t capacity_bytes) {
  rep_->capacity = capacity_bytes;
  for (Shard& shard : rep_->shards) {
    counters_.Add(Counter::kCacheEvictions,
                  shard.SetCapacity(capacity_bytes / rep_->shards.size()));
  }
}

std::uint64_t BlockCache::capacity_bytes() const {
  return rep_->capacity;
}

std::uint64_t BlockCache::used_bytes() const {
  std::uint64_t used = 0;
  for (Shard& shard : rep_->shards) used += shard.used_bytes();
  return used;
}

}  // namespace strata::sst
