// Locks on keys for pessimistic transactions: shared or exclusive, granted in the order asked for.
// Who would close a circle of waiters is told at once; nobody waits for ever.
//
// Keys that nobody locks take no memory. Waits go through the executor, so they work in a
// simulation too.
// Thread safety: any thread.

#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "io/clock.h"
#include "io/executor.h"
#include "io/mutex.h"
#include "strata/table_ref.h"

namespace strata {

// A transaction; later ones have larger numbers.
using TxnId = std::uint64_t;

enum class LockMode : std::uint8_t { kShared, kExclusive };

class LockTable : public std::enable_shared_from_this<LockTable> {
 public:
  LockTable(Executor& executor, Clock& clock) : executor_(executor), clock_(clock) {}

  // Locks `key`, or makes a shared lock of the owner's exclusive. Returns at once if the owner has
  // it already. Errors: kTimedOut; kDeadlock when the owner is the youngest of a circle: it must
  // ReleaseAll, since the others wait for it.
  // REQUIRES: one call at a time for one owner.
  Status Acquire(TxnId owner, std::string_view key, LockMode mode, std::uint32_t timeout_ms,
                 TableRef table = kDefaultTable);

  void ReleaseAll(TxnId owner);

  std::size_t locked_keys() const;
  std::size_t waiters() const;

 private:
  struct Waiter;
  struct Lock {
    LockMode mode = LockMode::kShared;
    std::vector<TxnId> holders;
    std::list<Waiter*> queue;
  };
  // What is locked.
  struct Place {
    TableRef table;
    std::string key;
    bool operator==(const Place&) const = default;
  };
  struct HashOfPlace {
    std::size_t operator()(const Place& place) const {
      return std::hash<std::string>()(place.key) + place.table.id * 0x9e3779b97f4a7c15ULL;
    }
  };
  static std::string DescribePlace(const Place& place);
  using Locks = std::unordered_map<Place, Lock, HashOfPlace>;

  struct Waiter {
    TxnId owner;
    LockMode mode;
    Locks::value_type* lock;
    std::uint64_t deadline_us;
    bool granted = false;
    std::string circle = {};  // Set when it is to give up.
  };

  static bool Holds(const Lock& lock, TxnId owner);
  // No holder but the owner itself is in the way.
  static bool Compatible(const Lock& lock, TxnId owner, LockMode mode);
  static void Grant(Lock* lock, TxnId owner, LockMode mode);
  void Enqueue(Waiter* waiter) STRATA_REQUIRES(mutex_);
  void GrantWaiters(Lock* lock) STRATA_REQUIRES(mutex_);
  void Leave(Waiter* waiter) STRATA_REQUIRES(mutex_);
  void EraseIfUnused(const Place& place) STRATA_REQUIRES(mutex_);

  // Whom a waiter waits for: those ahead in line, then the holders.
  std::vector<TxnId> Blockers(const Waiter& waiter) const STRATA_REQUIRES(mutex_);
  // The owners of a circle of waiters through `start`, itself first; empty when there is none.
  std::vector<TxnId> FindCircle(TxnId start) const STRATA_REQUIRES(mutex_);
  // Breaks every circle that `start` closes, by telling its youngest.
  void BreakCircles(TxnId start) STRATA_REQUIRES(mutex_);
  std::string Describe(const std::vector<TxnId>& circle) const STRATA_REQUIRES(mutex_);

  // Makes sure that waits are looked at when the first of them is over.
  void ArmTimer(std::uint64_t deadline_us) STRATA_REQUIRES(mutex_);

  Executor& executor_;
  Clock& clock_;
  mutable Mutex mutex_;
  Locks locks_ STRATA_GUARDED_BY(mutex_);
  std::unordered_map<TxnId, std::vector<Place>> held_ STRATA_GUARDED_BY(mutex_);
  std::unordered_map<TxnId, Waiter*> waiting_ STRATA_GUARDED_BY(mutex_);
  std::uint64_t timer_us_ STRATA_GUARDED_BY(mutex_) = UINT64_MAX;  // When it will ring.
};

}  // namespace strata
