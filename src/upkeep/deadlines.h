// Rings when something is due because time has passed: tables that have expired, and deletes that
// are to be gone by a deadline. So it happens although nobody writes.
//
// Thread safety: the store's mutex is held in every call.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "upkeep/compactor.h"
#include "upkeep/flusher.h"

namespace strata {

class Deadlines {
 public:
  // When it rings: `switch_memtables`, if memtables are due, and `look_again`, which begins what is
  // due; both with the mutex held.
  Deadlines(const UpkeepParts& parts, const Compactor& compactor,
            std::function<void()> switch_memtables, std::function<void()> look_again)
      : parts_(parts),
        compactor_(compactor),
        switch_memtables_(std::move(switch_memtables)),
        look_again_(std::move(look_again)) {}

  // Sets the timer to what is due next.
  void Start();
  // The tree's memtable has got entries: it may have a deadline now.
  void OnWritten(const Tree& tree);

 private:
  std::optional<std::uint64_t> MemTablesDueAt() const;
  void SetTimer(std::uint64_t due_us);
  void OnTimer(std::uint64_t due_us);

  const UpkeepParts parts_;
  const Compactor& compactor_;
  const std::function<void()> switch_memtables_;
  const std::function<void()> look_again_;
  std::uint64_t next_us_ = 0;   // Wall clock; 0: no timer is set.
  std::uint64_t retry_us_ = 0;  // Memtables aren't switched before.
};

}  // namespace strata
