// One caller in the queue of those who want to write; see commit_queue.h.
//
// Thread safety: the store's mutex guards it, and so does being at the queue's front.

#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "commit/apply.h"
#include "io/wait_point.h"
#include "iter/internal_key.h"
#include "strata/write_batch.h"

namespace strata {

// Without a batch it is a task for the queue's front: to sync the log, or to switch memtables.
struct Writer {
  const WriteBatch* batch = nullptr;
  bool sync = false;
  // The batch with pointers in the place of values that were written directly; empty: as it is.
  std::string with_pointers = {};
  std::string_view entries() const {
    return with_pointers.empty() ? batch->encoded() : std::string_view(with_pointers);
  }
  bool switch_memtable = false;
  const std::function<Status()>* task = nullptr;  // Another task; runs with the mutex held.
  std::uint64_t now_us = 0;         // By which conditions judge expiry; 0: the store's clock.
  const Applying* apply = nullptr;  // An entry of a replicated table: it gets no record.
  SequenceNumber first_sequence = 0;
  bool insert = false;  // Set when this writer shall insert its part.
  bool done = false;
  // Where it sleeps until there is something for it to do; null: it is awake.
  WaitPoint* sleeps_at = nullptr;
  std::vector<WaitPoint*> wakes = {};  // Those whom it wakes when it is through.
  std::atomic<bool> called = false;    // It shall look what there is to do.
  Status status = {};
  std::optional<FailedCondition> failed = {};
  bool decided = false;  // Checking its conditions told all; it isn't written.
};

// Whether `holds` for one of them. Most groups are one writer, for whom this is quickest.
template <typename Holds>
bool AnyOf(const std::vector<Writer*>& group, Holds holds) {
  for (const Writer* writer : group) {
    if (holds(*writer)) return true;
  }
  return false;
}

}  // namespace strata
