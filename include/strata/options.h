// How a store behaves: everything that can be chosen when it is opened, with its default.
//
// Sizes are in bytes, times in microseconds unless the name says otherwise.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "strata/seal.h"
#include "strata/table_ref.h"

namespace strata {

struct Environment;
class Snapshot;
class SharedResources;

// When a commit counts as done.
enum class SyncMode : std::uint8_t {
  kAlways,    // It is on the disk: survives a power cut.
  kInterval,  // It is with the operating system, and on the disk within `sync_interval_ms`.
  kNone,      // It is with the operating system: survives kill -9, not a power cut.
};

enum class Compression : std::uint8_t { kNone = 0, kSnappy = 1, kLz4 = 2, kZstd = 3 };

// How a table's index finds the block of a key.
enum class IndexKind : std::uint8_t {
  kSparse,   // A key for each block.
  kLearned,  // Straight lines over the blocks' keys, a block off at most; kSparse where they don't
             // fit.
};

// How runs are merged; see lessons leveled-compaction and compaction-policies for what each costs.
enum class CompactionStyle : std::uint8_t {
  kLeveled,
  kTiered,
  kUnified,
  kTimeWindow,
  kFifo,
  kNone
};

// What keeps a memtable in order.
enum class MemtableKind : std::uint8_t {
  kSkipList,    // Several writers insert at once.
  kPrefixTree,  // Two to three times as fast an insert and a lookup, for 40 bytes more an entry.
};

struct Options {
  // The outside world; null is this machine. Tests pass a memory disk and a simulated clock.
  const Environment* environment = nullptr;

  // Cache, memory, rate and threads that it has together with other stores, in the place of its
  // own; see shared_resources.h. Errors: kInvalidArgument when made for another environment.
  std::shared_ptr<SharedResources> shared = nullptr;

  bool create_if_missing = true;
  bool error_if_exists = false;
  // Nothing in the directory changes, not even by recovery, and no lock is taken: what logs hold is
  // in memory only. Writes fail with kReadOnly. REQUIRES: nobody else changes the store meanwhile.
  // That memory is what the last writer's memtables could hold (memtables_max times memtable_bytes,
  // and four times as much for values that were written directly). Errors: kInvalidArgument when it
  // is more than memory_budget_bytes, unless that is 0.
  bool read_only = false;

  // Kept with the store from its creation on: an empty value is a delete.
  bool empty_value_deletes = false;

  // For the default table, what TableOptions says for the others. Not kept with the store: opened
  // without them, it gives new entries no expiry (those that have one keep it) and promises no
  // deadline. A named table keeps its own.
  std::uint64_t ttl_us = 0;
  std::uint64_t delete_deadline_us = 0;

  SyncMode sync = SyncMode::kAlways;
  std::uint32_t sync_interval_ms = 100;

  // A memtable of this size is written out as a table.
  std::uint64_t memtable_bytes = 64ULL << 20;
  MemtableKind memtable = MemtableKind::kPrefixTree;
  // Memtables that may wait for being written out while another fills.
  int memtables_max = 2;
  // Caps memtables and block cache together when not 0: the memtables take what they need, the
  // cache the rest.
  std::uint64_t memory_budget_bytes = 0;

  std::uint32_t block_bytes = 4096;
  int block_restart_interval = 16;
  // Bits of Bloom filter a key; 0 for none. 10 gives about 1 % false positives.
  int filter_bits_per_key = 10;
  std::uint64_t block_cache_bytes = 64ULL << 20;
  Compression compression = Compression::kLz4;
  int zstd_level = 1;
  // A slot table in each data block: a point read goes straight to its entry.
  bool block_hash_index = true;
  // For the tables of the deepest `learned_levels` levels; those above are rewritten too soon for
  // it.
  IndexKind index = IndexKind::kSparse;
  int learned_levels = 2;
  bool mapped_reads = false;  // Map tables instead of pread; see docs for what a disk fault does.

  CompactionStyle compaction = CompactionStyle::kLeveled;
  // Cut tables at this size.
  std::uint64_t table_bytes = 64ULL << 20;
  // Leveled: merge level 0 from this many runs on. Writers are slowed from 28 more on.
  int level0_runs = 4;
  std::uint64_t level1_bytes = 256ULL << 20;  // Leveled: target of level 1.
  int level_multiplier = 10;                  // Leveled: each level's target over the one above.
  int tiered_runs = 4;                        // Tiered: merge a level from this many runs on.
  // Unified: one density a level, the last stands for all below: w < 0 is leveled with fan-out
  // 2 - w, w > 0 is tiered with w + 2 runs, 0 is both (fan-out 2).
  std::string unified_w = "2,2,-8";
  std::uint64_t window_us = 3'600'000'000;  // Time-window: width of a bucket.
  std::uint64_t fifo_bytes = 1ULL << 30;    // FIFO: drop the oldest tables past this size.
  std::uint64_t fifo_age_us = 0;            // FIFO: and tables older than this; 0 is never.

  int compaction_threads = 2;
  // Pieces into which one compaction is split to run side by side.
  int subcompactions = 2;
  std::uint64_t compaction_rate_bytes_per_s = 0;  // 0 is unlimited.
  // After so long without a write (or twice as long), or when somebody waits for compactions,
  // levels 0 and 1 go down as soon as that costs little for their size, so that reads meet fewer
  // runs (leveled only). 0: never.
  std::uint64_t rest_us = 1'000'000;
  // A batch is held back this much at most; how much depends on what compaction owes.
  std::uint32_t stall_max_ms = 100;

  // Check what a flush or compaction wrote before using it: every entry is read back, one in 16 is
  // looked up too.
  bool verify_outputs = true;
  bool verify_checksums = true;

  // Values of at least this many bytes live apart from their keys, in blob files; 0: only those too
  // large for a block (64 MiB) do. It may be changed at any time: what is there moves when it is
  // compacted anyway.
  std::uint64_t blob_threshold = 1024;
  std::uint64_t blob_file_bytes = 64ULL << 20;  // Cut blob files at this size.
  // Values of at least this many bytes, if they live apart at all, are written once: to a blob file
  // when they are put. 0: only values too large for a block are.
  std::uint64_t direct_value_bytes = 1024;
  // A commit that waits for the disk and has less than this of such values sends them through the
  // log: one sync is quicker than two.
  std::uint64_t direct_sync_bytes = 64ULL << 10;
  // Blob files may take this many times what is live in them, and one file more. Writers are
  // slowed, then held, while they take more.
  double blob_space_bound = 1.25;
  // A blob of which this share is dead is collected even when all is within the bound.
  double blob_garbage_ratio = 0.5;
  // A merge writes values anew when more blobs than this lie over one key; 0: never. Smaller is
  // better for scans of cold data and worse for writes.
  int blob_overlap_max = 64;

  // The keyring of a sealed store (`strata keyring init`), a file outside of it; empty: the store
  // is in the clear. A new store is sealed with it; one that is there must be. The process makes no
  // core dumps from then on. Who loses the keyring, or the keys that open it, loses the store.
  std::string keyring;
  // Seal a store that is in the clear, or take the seal off; see DB::SealAnew.
  SealChange seal = SealChange::kNone;

  // Receives one JSON line an event; see stats/event_trace.h.
  std::function<void(std::string_view)> event_sink;
};

struct ReadOptions {
  // Bounds of a scan: lower inclusive, upper exclusive.
  std::optional<std::string> lower;
  std::optional<std::string> upper;
  // Only keys that start with this. Narrows the bounds.
  std::string prefix;
  // Blocks read by this call don't push others out of the block cache.
  bool fill_cache = true;
  // A lookup reads the blocks of all runs that may hold the key at the same time, instead of one
  // after the other until one has it: more reads, less waiting. For cold data on fast disks.
  bool parallel_runs = false;
  std::shared_ptr<const Snapshot> snapshot = nullptr;  // Null reads what is there now.
  TableRef table = kDefaultTable;
  // False: a lookup that would have to wait for the disk is the error kWouldWait instead. What the
  // block cache or the system's cache has is no wait. GetEntry and Get only.
  bool may_wait = true;
  // What has expired is judged at this time; 0: by the store's clock, or in a replicated table by
  // the clock of the last entry applied. Of earlier times some of what had expired may be gone.
  std::uint64_t now_us = 0;
};

struct WriteOptions {
  // Overrides Options::sync for this batch: true waits for the disk.
  std::optional<bool> sync = {};
  TableRef table = kDefaultTable;  // Of verbs with one key; a batch says it entry by entry.
  // Entries of this write that have no expiry yet expire so long from now; 0: as the table says.
  std::uint64_t ttl_us = 0;
  // The time by which conditions judge expiry, and at which times to live begin; 0: the store's
  // clock.
  std::uint64_t now_us = 0;
};

}  // namespace strata
