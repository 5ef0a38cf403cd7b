// Background work and waiting for it. A job is a function that does one bounded step and says
// whether there is more. In production steps run on threads and a wait is a condition variable; in
// simulation there is one thread, queued steps run in an order drawn from a seed, and a wait runs
// steps until its condition holds. So the whole engine can run in one deterministic thread.
//
// Thread safety: any thread may call any member.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "io/clock.h"
#include "io/mutex.h"
#include "io/wait_point.h"

namespace strata {

enum class Step : std::uint8_t { kMore, kDone };

// One bounded step of background work (some milliseconds at most). It must not throw.
using Job = std::function<Step()>;

enum class Priority : std::uint8_t {
  kHigh,  // Flushes: writers wait for them.
  kLow,   // Compaction, scrub, collection.
};

// A thread of its own. Destroying it waits until its body has returned.
class RunningThread {
 public:
  RunningThread() = default;
  RunningThread(const RunningThread&) = delete;
  RunningThread& operator=(const RunningThread&) = delete;
  virtual ~RunningThread() = default;
};

class Executor {
 public:
  Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  // Lets running steps end and drops what is queued, unfinished jobs included: whoever needs them
  // done waits for them first. REQUIRES: nobody is inside WaitUntil.
  virtual ~Executor() = default;

  virtual void Schedule(Priority priority, Job job) = 0;

  // As Schedule with kLow, not before `delay_micros` have passed on the executor's clock.
  virtual void ScheduleAfter(std::uint64_t delay_micros, Job job) = 0;

  // Returns once `condition()` holds. It is evaluated with `mutex` held and again whenever
  // somebody calls NotifyAll or a step ends. REQUIRES: the caller holds `mutex`, which is released
  // while waiting and held again on return.
  //
  // In simulation a condition that no queued work can make true is a deadlock: it ends the process
  // with a message.
  virtual void WaitUntil(Mutex& mutex, const std::function<bool()>& condition)
      STRATA_REQUIRES(mutex) = 0;

  // Wakes every WaitUntil to look at its condition again. Call it after changing what they watch.
  virtual void NotifyAll() = 0;

  // As WaitUntil, but only Notify(point) need have `holds()` evaluated again.
  virtual void WaitOn(WaitPoint& /*point*/, Mutex& mutex, const std::function<bool()>& holds)
      STRATA_REQUIRES(mutex) {
    WaitUntil(mutex, holds);
  }
  // Wakes those who wait on it, and nobody else. What they wait for was changed with the mutex
  // held; it need not be held any more.
  virtual void Notify(WaitPoint& /*point*/) { NotifyAll(); }

  // Lets other threads run for a moment. False where there are no others: waiting is no use then.
  virtual bool Yield() = 0;

  // For what waits for the outside as long as it lives (an event loop), and so can't be steps. It
  // ends before the executor does. `name`: up to 15 characters. REQUIRES: not the executor of one
  // thread below.
  virtual std::unique_ptr<RunningThread> StartThread(const std::string& name,
                                                     std::function<void()> body);

  // Threads that run low-priority work; 1 in simulation. At most this many jobs help.
  virtual int concurrency() const = 0;
};

// Real threads: `high` for flushes and `low` for the rest, named "strata-high" and "strata-low".
// REQUIRES: at least one of each.
std::unique_ptr<Executor> NewThreadExecutor(int high_threads, int low_threads, Clock& clock);

// One thread, the caller's: steps run inside WaitUntil and RunOne in an order drawn from `seed`.
// Priorities mean nothing here: any order of steps is one that threads could have taken. When only
// timers are left, a wait advances the clock to them.
//
// Thread safety: none.
class SimExecutor : public Executor {
 public:
  // Runs one queued step, if there is one. False when nothing is queued; timers that aren't due
  // don't count.
  virtual bool RunOne() = 0;
  // Runs steps until nothing is queued (timers included: the clock is advanced to them).
  virtual void RunAll() = 0;
  // Forgets everything queued: the machine lost power.
  virtual void DropAll() = 0;
};
std::unique_ptr<SimExecutor> NewSimExecutor(std::uint64_t seed, ManualClock& clock);

}  // namespace strata
