// Those who work in the background, as the commit queue's front sees them.
//
// Thread safety: the store's mutex is held in every call.

#pragma once

#include <cstdint>
#include <functional>

#include "base/result.h"
#include "commit/write_controller.h"
#include "io/executor.h"
#include "state/tree.h"

namespace strata {

// Why memtables can't be written out now: there is no space, or no descriptor, for their tables.
struct FlushTrouble {
  const Error* error = nullptr;  // Null when there is none. Until the mutex is given away.
  bool tried_again = false;      // In vain; before that there is some hope.
};

class BackgroundWork {
 public:
  BackgroundWork() = default;
  BackgroundWork(const BackgroundWork&) = delete;
  BackgroundWork& operator=(const BackgroundWork&) = delete;
  virtual ~BackgroundWork() = default;

  // Says what it owes.
  virtual void AddTo(WritePressure* pressure) const = 0;
  virtual FlushTrouble flush_trouble() const = 0;
  // Memtables are full.
  virtual void OnSwitched() = 0;
  // Calls `task` after a while, without the mutex; not at all once the store has begun to close.
  virtual void After(std::uint64_t delay_us, std::function<void()> task) = 0;
  virtual void OnWritten(const Tree& tree) = 0;  // It has got entries.
  // Runs `step` until it says kDone.
  virtual void Schedule(Priority priority, std::function<Step()> step) = 0;
  // Returns when blob files take no more space than writers may cause.
  virtual void AwaitSpace() = 0;
};

}  // namespace strata
