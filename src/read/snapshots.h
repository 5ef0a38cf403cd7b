// The snapshots of a store that somebody holds, oldest first. Getting and releasing one is O(1):
// nothing is copied; merges ask for the list and keep what it pins.
//
// Thread safety: any thread. Locks nothing else while it holds its lock.

#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <vector>

#include "io/mutex.h"
#include "io/owner_process.h"
#include "iter/internal_key.h"
#include "strata/snapshot.h"

namespace strata {

class SnapshotList : public std::enable_shared_from_this<SnapshotList> {
 public:
  // `released` hears of each sequence that nobody pins any more, in the thread that let go, if
  // tables hold versions for it: they need no longer.
  explicit SnapshotList(std::function<void(SequenceNumber)> released)
      : released_(std::move(released)) {}

  // A snapshot of what `visible` says now. It keeps the list alive.
  //
  // Invariant: what Sequences() returned before holds all snapshots but those taken since, and
  // these are at or after everything that was visible at that time.
  std::shared_ptr<const Snapshot> Take(const std::atomic<SequenceNumber>& visible);

  // Ascending, each once.
  std::vector<SequenceNumber> Sequences() const;

  // The newest snapshot that tables hold versions for.
  void SetHeldUpTo(SequenceNumber sequence) { held_up_to_ = sequence; }
  SequenceNumber held_up_to() const { return held_up_to_; }

  std::size_t size() const;
  // REQUIRES of the caller: `snapshot` outlives the call.
  bool Owns(const Snapshot& snapshot) const;

 private:
  class Pin;
  using Place = std::list<SequenceNumber>::iterator;
  void Release(Place place);

  const OwnerProcess owner_;
  const std::function<void(SequenceNumber)> released_;
  std::atomic<SequenceNumber> held_up_to_{0};
  mutable Mutex mutex_{"locking_snapshots"};
  std::list<SequenceNumber> pinned_ STRATA_GUARDED_BY(mutex_);  // Ascending.
};

}  // namespace strata
