// The background threads of a machine: an Executor whose steps run on simulated threads, so that
// any number of them are in the middle of something at once. A wait sleeps until a notification, as
// on real threads, and so one that is forgotten is noticed.
//
// Thread safety: the world's.

#pragma once

#include <cstdint>
#include <deque>
#include <map>

#include "io/executor.h"
#include "sim/node.h"

namespace strata::sim {

class NodeExecutor final : public Executor {
 public:
  NodeExecutor(World& world, NodeId node, const NodeOptions& options, NodeClock& clock);

  void StartThreads();
  // The threads are never resumed. Doesn't return in one of the node's.
  void Stop();
  // No job is queued or under way.
  bool idle() const { return working_ == 0 && high_.jobs.empty() && low_.jobs.empty(); }

  void Schedule(Priority priority, Job job) override;
  void ScheduleAfter(std::uint64_t delay_micros, Job job) override;
  void WaitUntil(Mutex& mutex, const std::function<bool()>& condition) override
      STRATA_REQUIRES(mutex);
  void NotifyAll() override;
  void WaitOn(WaitPoint& point, Mutex& mutex, const std::function<bool()>& holds) override
      STRATA_REQUIRES(mutex);
  void Notify(WaitPoint& point) override;
  bool Yield() override;
  std::unique_ptr<RunningThread> StartThread(const std::string& name,
                                             std::function<void()> body) override;
  int concurrency() const override { return low_threads_; }

 private:
  class NodeThread;
  struct Queue {
    std::deque<Job> jobs;
  };

  void Work(Queue* queue);
  void RunNext(Queue* queue);
  void QueueDueTimers();

  World& world_;
  const NodeId node_;
  const std::string name_;
  const int high_threads_;
  const int low_threads_;
  NodeClock& clock_;
  Queue high_;
  Queue low_;
  std::multimap<std::uint64_t, Job> timers_;  // By the node's clock, in nanoseconds.
  std::uint64_t changes_ = 0;
  int working_ = 0;
  bool stopped_ = false;
};

}  // namespace strata::sim
