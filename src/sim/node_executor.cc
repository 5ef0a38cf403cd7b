#include "sim/node_executor.h"

#include "base/check.h"
#include "sim/node_clock.h"
#include "sim/world.h"

namespace strata::sim {

NodeExecutor::NodeExecutor(World& world, NodeId node, const NodeOptions& options, NodeClock& clock)
    : world_(world),
      node_(node),
      name_(options.name),
      high_threads_(options.high_threads),
      low_threads_(options.low_threads),
      clock_(clock) {
  STRATA_CHECK(high_threads_ > 0 && low_threads_ > 0);
}

void NodeExecutor::StartThreads() {
  const auto start = [this](const char* kind, int count, Queue* queue) {
    for (int i = 0; i < count; ++i) {
      world_.Start(name_ + kind + std::to_string(i), node_, /*is_client=*/false,
                   [this, queue] { Work(queue); });
    }
  };
  start("/high-", high_threads_, &high_);
  start("/low-", low_threads_, &low_);
}

void NodeExecutor::Stop() {
  stopped_ = true;
  world_.Stop(node_);
}

void NodeExecutor::Schedule(Priority priority, Job job) {
  Queue& queue = priority == Priority::kHigh ? high_ : low_;
  queue.jobs.push_back(std::move(job));
  world_.WakeAll(&queue);
}

void NodeExecutor::ScheduleAfter(std::uint64_t delay_micros, Job job) {
  const std::uint64_t due = clock_.NowNanos() + delay_micros * 1000;
  timers_.emplace(due, std::move(job));
  world_.At(clock_.TrueNanosAt(due), [this] { QueueDueTimers(); });
}

void NodeExecutor::QueueDueTimers() {
  if (stopped_) return;
  const std::uint64_t now = clock_.NowNanos();
  while (!timers_.empty() && timers_.begin()->first <= now) {
    low_.jobs.push_back(std::move(timers_.begin()->second));
    timers_.erase(timers_.begin());
    world_.WakeAll(&low_);
  }
}

// The count of changes is read before the condition: one that comes while the mutex is given back
// isn't slept through.
void NodeExecutor::WaitUntil(Mutex& mutex, const std::function<bool()>& condition) {
  while (true) {
    const std::uint64_t seen = changes_;
    if (condition()) return;
    STRATA_CHECK(world_.running() != nullptr);  // A wait outside of the world would never end.
    mutex.Unlock();
    while (changes_ == seen) {
      world_.Park({.what = WaitFor::What::kCondition,
                   .mutex = &mutex,
                   .condition = &condition,
                   .notifier = this});
    }
    mutex.Lock();
  }
}

void NodeExecutor::NotifyAll() {
  ++changes_;
  world_.WakeAll(this);
  world_.Reach(Point::kNotify);
}

// The mutex is given back at a point, so here, too, something may be told before it sleeps.
void NodeExecutor::WaitOn(WaitPoint& point, Mutex& mutex, const std::function<bool()>& holds) {
  while (!holds()) {
    STRATA_CHECK(world_.running() != nullptr);
    const std::uint64_t seen = point.told();
    mutex.Unlock();
    while (point.told() == seen) {
      world_.Park({.what = WaitFor::What::kCondition,
                   .mutex = &mutex,
                   .condition = &holds,
                   .notifier = &point});
    }
    mutex.Lock();
  }
}

void NodeExecutor::Notify(WaitPoint& point) {
  point.CountTold();
  world_.WakeAll(&point);
  world_.Reach(Point::kNotify);
}

bool NodeExecutor::Yield() {
  world_.Reach(Point::kYield);
  return true;
}

// The body may outlive the handle's last look at it, so what both look at is shared.
class NodeExecutor::NodeThread final : public RunningThread {
 public:
  NodeThread(NodeExecutor& executor, const std::string& name, std::function<void()> body)
      : world_(executor.world_) {
    world_.Start(executor.name_ + "/" + name, executor.node_, /*is_client=*/false,
                 [ended = ended_, &world = world_, body = std::move(body)] {
                   body();
                   *ended = true;
                   world.WakeAll(ended.get());
                 });
  }
  ~NodeThread() override {
    while (!*ended_) {
      world_.Park({.what = WaitFor::What::kNetwork, .notifier = ended_.get()});
    }
  }

 private:
  World& world_;
  const std::shared_ptr<bool> ended_ = std::make_shared<bool>(false);
};

std::unique_ptr<RunningThread> NodeExecutor::StartThread(const std::string& name,
                                                         std::function<void()> body) {
  return std::make_unique<NodeThread>(*this, name, std::move(body));
}

void NodeExecutor::Work(Queue* queue) {
  while (true) {
    while (queue->jobs.empty()) {
      world_.Park({.what = WaitFor::What::kWork, .notifier = queue});
    }
    RunNext(queue);
  }
}

// Nothing is left on the stack between two jobs: an idle thread owns nothing.
void NodeExecutor::RunNext(Queue* queue) {
  Job job = std::move(queue->jobs.front());
  queue->jobs.pop_front();
  ++working_;
  world_.BeginJob();
  const Step step = job();
  if (step == Step::kMore) {
    queue->jobs.push_back(std::move(job));
    world_.WakeAll(queue);
  } else {
    job = nullptr;  // What it holds is gone before anybody hears that it ended.
  }
  --working_;
  NotifyAll();
}

}  // namespace strata::sim
