// Several owners (stores, say) on the same background threads, which serve them in turn: each has a
// queue of its own, a lane, and within a priority the next step is always one of the next lane. So
// who has a thousand jobs holds up who has one by a step.
//
// It has no threads. For each job in a lane the executor below is given a turn, and whoever runs
// that takes the step that is due then: it works on any executor, a simulated one, too.
//
// Thread safety: any thread may call any member.

#pragma once

#include <memory>

#include "io/executor.h"

namespace strata {

class FairExecutor {
 public:
  // `base` must outlive it and its lanes.
  explicit FairExecutor(Executor& base);
  ~FairExecutor();  // REQUIRES: its lanes are gone.
  FairExecutor(const FairExecutor&) = delete;
  FairExecutor& operator=(const FairExecutor&) = delete;

  // The executor of one owner. Destroying it drops what is queued in it, timers included, but
  // doesn't wait for a step that runs: whoever needs jobs done waits for them first. In a child of
  // fork() it is left as it is.
  std::unique_ptr<Executor> NewLane();

 private:
  struct Turns;
  class Lane;
  const std::shared_ptr<Turns> turns_;
};

}  // namespace strata
