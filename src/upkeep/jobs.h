// Runs a store's background work on the executor: steps that Close waits for, and timers that may
// ring when the store is gone.
//
// Thread safety: any thread, but as said.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "io/executor.h"
#include "io/mutex.h"
#include "state/store_context.h"

namespace strata {

class Jobs {
 public:
  explicit Jobs(StoreContext& context);

  // Runs `step` until it says kDone; it counts as running from now on. The store's mutex is held.
  void Run(Priority priority, std::function<Step()> step);

  // Calls `task` without the mutex, after a while or soon; not at all after Shut.
  void After(std::uint64_t delay_us, std::function<void()> task);
  void Soon(std::function<void()> task);
  // What does as Soon and may be called at any time, when this is gone, too.
  std::function<void(std::function<void()>)> SoonWhileOpen() const;

  // From now on no timer's task begins.
  void Shut();
  // Nothing runs. The store's mutex is held.
  bool idle() const {
    context_.mutex.AssertHeld();
    return running_ == 0;
  }

 private:
  // Outlives the store: a timer asks it whether the store is still there.
  struct Gate {
    Mutex mutex;
    Jobs* jobs STRATA_GUARDED_BY(mutex) = nullptr;
  };
  static Job Entering(std::shared_ptr<Gate> gate, std::function<void()> task);
  void Leave();

  StoreContext& context_;
  const std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  int running_ = 0;  // The store's mutex guards it.
};

}  // namespace strata
