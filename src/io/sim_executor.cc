#include <cstdio>
#include <cstdlib>
#include <map>
#include <vector>

#include "base/random.h"
#include "io/executor.h"

namespace strata {
namespace {

class SimExecutorImpl final : public SimExecutor {
 public:
  SimExecutorImpl(std::uint64_t seed, ManualClock& clock) : random_(seed), clock_(clock) {}

  // Threads run in any order whatever their priority, so the simulation does too.
  void Schedule(Priority /*priority*/, Job job) override { queue_.push_back(std::move(job)); }

  void ScheduleAfter(std::uint64_t delay_micros, Job job) override {
    timers_.emplace(clock_.NowMicros() + delay_micros, std::move(job));
  }

  void WaitUntil(Mutex& mutex, const std::function<bool()>& condition) override
      STRATA_REQUIRES(mutex) {
    while (!condition()) {
      mutex.Unlock();
      const bool ran = RunNext();
      mutex.Lock();
      if (ran || condition()) continue;
      std::fprintf(stderr, "strata: simulated deadlock: a wait can't end, nothing is queued\n");
      std::abort();
    }
  }

  void NotifyAll() override {}  // Waits look again after every step anyway.
  int concurrency() const override { return 1; }
  bool Yield() override { return false; }

  bool RunOne() override {
    QueueDueTimers();
    if (queue_.empty()) return false;
    const std::size_t pick = random_.Uniform(queue_.size());
    Job job = std::move(queue_[pick]);
    queue_[pick] = std::move(queue_.back());
    queue_.pop_back();
    const std::uint64_t world = worlds_ended_;
    const Step step = job();  // May schedule, drop all, or wait and so come back here.
    if (step == Step::kMore && world == worlds_ended_) queue_.push_back(std::move(job));
    return true;
  }

  void RunAll() override {
    while (RunNext()) {
    }
  }

  void DropAll() override {
    ++worlds_ended_;
    // Destroying a job may come back here, so the members are empty first.
    const auto queue = std::exchange(queue_, {});
    const auto timers = std::exchange(timers_, {});
  }

 private:
  // As RunOne, and passes the time when only timers are left.
  bool RunNext() {
    if (RunOne()) return true;
    if (timers_.empty()) return false;
    clock_.Advance(timers_.begin()->first - clock_.NowMicros());
    return RunOne();
  }

  void QueueDueTimers() {
    while (!timers_.empty() && timers_.begin()->first <= clock_.NowMicros()) {
      queue_.push_back(std::move(timers_.begin()->second));
      timers_.erase(timers_.begin());
    }
  }

  Random random_;
  ManualClock& clock_;
  std::vector<Job> queue_;
  std::multimap<std::uint64_t, Job> timers_;  // By due time.
  std::uint64_t worlds_ended_ = 0;            // Calls of DropAll.
};

}  // namespace

std::unique_ptr<SimExecutor> NewSimExecutor(std::uint64_t seed, ManualClock& clock) {
  return std::make_unique<SimExecutorImpl>(seed, clock);
}

}  // namespace strata
