#include "upkeep/jobs.h"

#include <utility>

namespace strata {

Jobs::Jobs(StoreContext& context) : context_(context) {
  MutexLock lock(gate_->mutex);
  gate_->jobs = this;
}

void Jobs::Run(Priority priority, std::function<Step()> step) {
  context_.mutex.AssertHeld();
  ++running_;
  context_.environment.executor->Schedule(priority, [this, step = std::move(step)] {
    const Step result = step();
    if (result == Step::kDone) Leave();
    return result;
  });
}

void Jobs::After(std::uint64_t delay_us, std::function<void()> task) {
  context_.environment.executor->ScheduleAfter(delay_us, Entering(gate_, std::move(task)));
}

void Jobs::Soon(std::function<void()> task) {
  context_.environment.executor->Schedule(Priority::kLow, Entering(gate_, std::move(task)));
}

std::function<void(std::function<void()>)> Jobs::SoonWhileOpen() const {
  return [gate = gate_](std::function<void()> task) {
    MutexLock lock(gate->mutex);
    if (gate->jobs != nullptr) gate->jobs->Soon(std::move(task));
  };
}

void Jobs::Shut() {
  MutexLock lock(gate_->mutex);
  gate_->jobs = nullptr;
}

// The step that enters, calls and leaves, unless the store has gone.
Job Jobs::Entering(std::shared_ptr<Gate> gate, std::function<void()> task) {
  return [gate = std::move(gate), task = std::move(task)] {
    Jobs* jobs = nullptr;
    {
      MutexLock gate_lock(gate->mutex);
      jobs = gate->jobs;
      if (jobs == nullptr) return Step::kDone;
      MutexLock lock(jobs->context_.mutex);
      ++jobs->running_;
    }
    task();
    jobs->Leave();
    return Step::kDone;
  };
}

void Jobs::Leave() {
  MutexLock lock(context_.mutex);
  --running_;
  context_.environment.executor->Notify(context_.job_ended);
}

}  // namespace strata
