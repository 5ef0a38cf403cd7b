// What is done for readers: a store that nobody writes to is at rest, and what isn't due, but makes
// reads cheaper, is done then; deletes that are in a reader's way leave early.
//
// Thread safety: the store's mutex is held in every call, but as said.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>

#include "upkeep/compactor.h"
#include "upkeep/flusher.h"

namespace strata {

class Rest {
 public:
  // `switch_memtables`, soon, and `look_again`, which begins what is due, have the mutex held.
  Rest(const UpkeepParts& parts, const Compactor& compactor, std::function<void()> switch_memtables,
       std::function<void()> look_again)
      : parts_(parts),
        compactor_(compactor),
        switch_memtables_(std::move(switch_memtables)),
        look_again_(std::move(look_again)) {}

  bool IsAtRest() const;
  // It is at rest until there is another write.
  void Begin() { sequence_ = parts_.trees.last_sequence(); }
  // Sets a timer if there is something to do once there are no writes.
  void Start();
  void OnWritten(const Tree& tree);

  // Some read passed over many deletes. Called by any thread, without the mutex.
  void OnManyHidden(TableRef table);

 private:
  bool HasWork() const;
  void OnTimer(SequenceNumber last_sequence);
  // Has what is deleted leave the tree's memtable and tables.
  void Purge(const std::shared_ptr<Tree>& tree);

  const UpkeepParts parts_;
  const Compactor& compactor_;
  const std::function<void()> switch_memtables_;
  const std::function<void()> look_again_;
  // The last write when somebody found the store at rest.
  std::optional<SequenceNumber> sequence_;
  bool timer_set_ = false;
  std::atomic<bool> purge_asked_{false};  // A job is on its way.
};

}  // namespace strata
