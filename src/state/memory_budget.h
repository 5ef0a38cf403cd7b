// The memory of several stores: memtables and what open tables keep take what they need, the block
// cache gets the rest. Half of it is for memtables. When those that fill take half of that half,
// the store with the largest is asked to switch, so that what is written out is as large as can be;
// the other half of the half is for those that wait to be written out.
//
// Thread safety: any thread. Lock order: a store's mutex, then the one in here, then an executor's.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "io/mutex.h"
#include "io/owner_process.h"
#include "sst/block_cache.h"
#include "strata/shared_resources.h"

namespace strata {

// Bytes.
struct MemoryUse {
  std::uint64_t filling = 0;  // Memtables that take writes.
  std::uint64_t full = 0;     // Those that wait to be written out.
  std::uint64_t tables = 0;   // Indexes and filters of open tables.

  bool operator==(const MemoryUse&) const = default;
};

class MemoryBudget {
 public:
  // 0 bytes: no budget; the cache stays as it is. `cache` must outlive this.
  MemoryBudget(std::uint64_t bytes, sst::BlockCache& cache);
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  // One store.
  class Member {
   public:
    // Use MemoryBudget::Join.
    Member(MemoryBudget& budget, std::function<void()> give_way);
    ~Member();  // Gives back all that it takes. In a child of fork() it does nothing.
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;

    // What the store takes now; what fills is counted in steps of grain(), rounded up.
    // REQUIRES: one thread at a time.
    void Report(const MemoryUse& use);

   private:
    friend class MemoryBudget;

    MemoryBudget& budget_;
    const std::function<void()> give_way_;
    // The budget's mutex guards what follows, but that the store may read use_ without it.
    MemoryUse use_;       // As it was reported.
    bool asked_ = false;  // To switch, and hasn't yet.
  };

  // `give_way` is to have the store's memtables switched soon. It is called by other stores, with
  // their mutexes held, so it only schedules.
  std::unique_ptr<Member> Join(std::function<void()> give_way);

  std::uint64_t bytes() const { return bytes_; }
  std::uint64_t grain() const { return grain_; }
  // How far memtables are past their half: 0, not at all, to 1, all of the budget.
  double over() const;
  SharedUsage Usage() const;  // All at one instant.

 private:
  void Change(Member& member, const MemoryUse& use);
  void AskLargest() STRATA_REQUIRES(mutex_);
  void AdjustCache() STRATA_REQUIRES(mutex_);

  const std::uint64_t bytes_;
  const std::uint64_t grain_;
  sst::BlockCache& cache_;
  const OwnerProcess owner_;
  std::atomic<std::uint64_t> memtables_{0};  // All of them, for over().
  mutable Mutex mutex_;
  std::vector<Member*> members_ STRATA_GUARDED_BY(mutex_);
  MemoryUse total_ STRATA_GUARDED_BY(mutex_);
};

}  // namespace strata
