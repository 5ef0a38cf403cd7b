#include "stats/counters.h"

#include <bit>
#include <utility>

namespace strata {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Counter::kCount)> kNames = {
    "gets",
    "get_hits",
    "writes",
    "entries_written",
    "user_bytes_written",
    "seeks",
    "iterator_steps",
    "key_comparisons",
    "memtable_allocations",
    "wal_bytes",
    "wal_records",
    "wal_syncs",
    "tables_probed",
    "blocks_read",
    "block_bytes_read",
    "block_comparisons",
    "filter_probes",
    "filter_negatives",
    "filter_false_positives",
    "cache_hits",
    "cache_misses",
    "cache_evictions",
    "flushes",
    "flush_bytes",
    "compactions",
    "compaction_bytes_read",
    "compaction_bytes_written",
    "entries_dropped",
    "trivial_moves",
    "manifest_bytes",
    "manifest_syncs",
    "stall_micros",
    "stall_micros_memtables",
    "stall_micros_compaction",
    "stall_micros_blobs",
    "stall_micros_memory",
    "group_commits",
    "parallel_reads",
    "reads_in_flight_peak",
    "prefetched_blocks",
    "hash_index_hits",
    "conditions_checked",
    "conditions_failed",
    "entries_expired",
    "tables_expired_unread",
    "bytes_expired_unread",
    "learned_gets",
    "learned_neighbours",
    "blob_reads",
    "blob_bytes_read",
    "blob_bytes_written",
    "blob_collections",
    "blob_bytes_copied",
    "blobs_dropped",
    "scrub_bytes",
    "scrub_passes",
    "damage_found",
};
static_assert(!kNames.back().empty(), "every counter has a name");

}  // namespace

std::string_view CounterName(Counter counter) {
  return kNames[static_cast<std::size_t>(counter)];
}

// One shard holds the peak, so that Get may sum the shards of peaks too.
void Counters::RaiseTo(Counter counter, std::uint64_t value) {
  auto& peak = shards_[0].values[static_cast<std::size_t>(counter)];
  std::uint64_t seen = peak.load(std::memory_order_relaxed);
  while (seen < value && !peak.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
}

std::uint64_t Counters::Get(Counter counter) const {
  std::uint64_t sum = 0;
  for (const Shard& shard : shards_) {
    sum += shard.values[static_cast<std::size_t>(counter)].load(std::memory_order_relaxed);
  }
  return sum;
}

void Counters::Reset() {
  for (Shard& shard : shards_) {
    for (auto& value : shard.values) value.store(0, std::memory_order_relaxed);
  }
}

// Held by a thread for as long as it lives; what it counts after that goes to the shared shard.
class Counters::Lease {
 public:
  Lease() {
    std::uint32_t seen = taken.load(std::memory_order_relaxed);
    do {
      shard_of_thread = static_cast<std::size_t>(std::countr_one(seen));
      if (shard_of_thread >= kSharedShard) {
        shard_of_thread = kSharedShard;
        return;
      }
    } while (!taken.compare_exchange_weak(seen, seen | std::uint32_t{1} << shard_of_thread,
                                          std::memory_order_acquire, std::memory_order_relaxed));
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() {
    const std::size_t shard = std::exchange(shard_of_thread, kSharedShard);
    if (shard == kSharedShard) return;
    // Whoever has the shard next goes on from what this thread has counted.
    taken.fetch_and(~(std::uint32_t{1} << shard), std::memory_order_release);
  }

 private:
  static constinit inline std::atomic<std::uint32_t> taken = 0;
};

void Counters::LeaseShard() {
  static thread_local const Lease lease;
}

}  // namespace strata
