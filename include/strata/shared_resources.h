// What several stores of one process have together, for a process with many of them: one block
// cache, one memory budget, one rate, one set of threads.
//
//   STRATA_TRY_ASSIGN(const auto shared,
//                     strata::SharedResources::Make({.memory_budget_bytes = 1 << 30}));
//   STRATA_TRY_ASSIGN(auto users, strata::DB::Open({.shared = shared}, "/var/lib/users"));
//   STRATA_TRY_ASSIGN(auto orders, strata::DB::Open({.shared = shared}, "/var/lib/orders"));
//
// Each store keeps it alive, so the caller may let go of it at any time (but not in a callback of a
// store, which runs on the threads that end with it). A store may be opened, closed and destroyed
// while others work; its share is given back when it is destroyed.
//
// With Options::shared a store's own block_cache_bytes and memory_budget_bytes aren't looked at,
// nor is compaction_rate_bytes_per_s if there is a rate for all. memtable_bytes and memtables_max
// stay each store's own, but one store's memtables take half of the budget at most.
// compaction_threads still says how many merges of a store run at once. A store's counters stay its
// own; cache_bytes and cache_capacity of its StoreStats are those of all. File descriptors need no
// setting: all stores of a process share its limit anyway.
//
// Thread safety: any thread may call any member.

#pragma once

#include <cstdint>
#include <memory>

#include "strata/status.h"

namespace strata {

struct Environment;

// Sizes are in bytes.
struct SharedResourcesOptions {
  // The outside world; null is this machine. Stores must be opened with its clock and executor.
  const Environment* environment = nullptr;

  // Of all stores together. Not looked at if there is a memory budget.
  std::uint64_t block_cache_bytes = 64ULL << 20;

  // Caps memtables, indexes and filters of open tables, and block cache of all stores together when
  // not 0: memtables and tables take what they need, the cache the rest. Half of it is for
  // memtables: when those that fill take a quarter of the budget, the store with the largest writes
  // them out; when all of them, those that are being written out too, take more than half, writers
  // are slowed, by Options::stall_max_ms a batch at most. What iterators and batches hold isn't
  // counted.
  std::uint64_t memory_budget_bytes = 0;

  // Merges, and collections of blob files, of all stores: bytes read and written a second. 0: no
  // limit for all together. Flushes aren't held, as writers wait for them.
  std::uint64_t compaction_rate_bytes_per_s = 0;

  // Threads for the stores' merges, and for their flushes. 0 background_threads: those of the
  // environment, for both. Either way stores take turns, step by step, flushes apart from merges:
  // one with a thousand merges holds up no other one.
  int background_threads = 0;
  int flush_threads = 1;
};

// What is taken just now.
struct SharedUsage {
  std::uint64_t stores = 0;
  // Of all stores; both 0 without a memory budget.
  std::uint64_t memtable_bytes = 0;
  std::uint64_t table_bytes = 0;  // Indexes and filters of open tables.
  std::uint64_t cache_bytes = 0;
  std::uint64_t cache_capacity_bytes = 0;
};

class SharedResources {
 public:
  // Errors: kInvalidArgument naming the option.
  static Result<std::shared_ptr<SharedResources>> Make(const SharedResourcesOptions& options);

  SharedResources(const SharedResources&) = delete;
  SharedResources& operator=(const SharedResources&) = delete;
  ~SharedResources();

  SharedUsage Usage() const;

  // What stores take; not for callers.
  struct Parts;
  explicit SharedResources(std::unique_ptr<Parts> parts);
  Parts& parts() { return *parts_; }

 private:
  const std::unique_ptr<Parts> parts_;
};

}  // namespace strata
