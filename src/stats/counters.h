// Counts of everything a lesson or an operator wants to see: one number a name, cheap enough to be
// always on. Each thread adds to cache lines of its own; reading sums them.
//
// Thread safety: any thread may call any member.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

namespace strata {

// Add a line here and its name in counters.cc; nothing else.
enum class Counter : std::uint8_t {
  kGets,
  kGetHits,
  kWrites,            // Batches committed.
  kEntriesWritten,    // Puts and deletes inside them.
  kUserBytesWritten,  // Keys and values as the caller gave them.
  kSeeks,
  kIteratorSteps,
  kKeyComparisons,       // In the memtable.
  kMemtableAllocations,  // Arena pieces.
  kWalBytes,
  kWalRecords,
  kWalSyncs,
  kTablesProbed,  // Tables a get had to look into.
  kBlocksRead,    // From a file (not the cache).
  kBlockBytesRead,
  kBlockComparisons,  // Keys compared inside blocks.
  kFilterProbes,
  kFilterNegatives,       // The filter said no.
  kFilterFalsePositives,  // It said maybe, and the key wasn't there.
  kCacheHits,
  kCacheMisses,
  kCacheEvictions,
  kFlushes,
  kFlushBytes,
  kCompactions,
  kCompactionBytesRead,
  kCompactionBytesWritten,
  kEntriesDropped,  // By compaction's drop rules.
  kTrivialMoves,
  kManifestBytes,
  kManifestSyncs,
  kStallMicros,            // Writers delayed on purpose;
  kStallMicrosMemtables,   // of this, until a memtable is written out, or because they fill,
  kStallMicrosCompaction,  // because of what merges owe,
  kStallMicrosBlobs,       // because blob files take more than they may,
  kStallMicrosMemory,      // and because stores that share memory take too much.
  kGroupCommits,           // Groups written (>= 1 batch each).
  kParallelReads,          // Reads submitted in batches.
  kReadsInFlightPeak,
  kPrefetchedBlocks,
  kHashIndexHits,
  kConditionsChecked,
  kConditionsFailed,     // The first of a batch, at which checking ends.
  kEntriesExpired,       // Met by compaction after their expiry.
  kTablesExpiredUnread,  // Dropped as a whole because all in them had expired.
  kBytesExpiredUnread,   // Of these.
  kLearnedGets,          // Tables whose learned index guessed a block.
  kLearnedNeighbours,    // Blocks looked into because a guess was off.
  kBlobReads,            // Records read from blob files.
  kBlobBytesRead,
  kBlobBytesWritten,  // By flushes and compactions, into blob files.
  kBlobCollections,   // Blob files whose live values were copied to another.
  kBlobBytesCopied,   // By collections.
  kBlobsDropped,      // Blobs that nothing used any more.
  kScrubBytes,        // Read to see whether they are whole.
  kScrubPasses,       // Over all files that there were.
  kDamageFound,       // Pieces of files that aren't whole, by whomever they were met.
  kCount,
};

std::string_view CounterName(Counter counter);  // "tables_probed"

class Counters {
 public:
  void Add(Counter counter, std::uint64_t amount = 1) {
    const std::size_t shard = ShardOfThread();
    auto& value = shards_[shard].values[static_cast<std::size_t>(counter)];
    if (shard == kSharedShard) {
      value.fetch_add(amount, std::memory_order_relaxed);
    } else {  // Nobody else writes to it: no need for an atomic addition, which takes 20 cycles.
      value.store(value.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
    }
  }

  // Keeps the largest value seen instead of a sum. Don't mix with Add on one counter.
  void RaiseTo(Counter counter, std::uint64_t value);

  std::uint64_t Get(Counter counter) const;

  // All zero again, but for counters that other threads add to meanwhile.
  void Reset();

 private:
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kSharedShard = kShards - 1;  // For threads that found no other free.
  static constexpr std::size_t kNoShard = kShards;
  struct alignas(64) Shard {
    std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Counter::kCount)> values{};
  };
  class Lease;

  static std::size_t ShardOfThread() {
    if (shard_of_thread == kNoShard) LeaseShard();
    return shard_of_thread;
  }
  // Gives the thread a shard of its own, in all Counters, until it ends.
  static void LeaseShard();

  static constinit inline thread_local std::size_t shard_of_thread = kNoShard;
  std::array<Shard, kShards> shards_;
};

}  // namespace strata
