#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <pthread.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "base/check.h"
#include "io/executor.h"

namespace strata {
namespace {

// A clock that isn't the machine's can't wake anybody, so timers are looked at this often.
constexpr std::uint64_t kTimerCheckMicros = 50'000;

// std::condition_variable over our annotated Mutex.
class Signal {
 public:
  void Wait(Mutex& mutex) STRATA_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.native(), std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  void WaitFor(Mutex& mutex, std::uint64_t micros) STRATA_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.native(), std::adopt_lock);
    condition_.wait_for(lock, std::chrono::microseconds(micros));
    lock.release();
  }
  void WakeOne() { condition_.notify_one(); }
  void WakeAll() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

class OwnThread final : public RunningThread {
 public:
  OwnThread(const std::string& name, std::function<void()> body)
      : thread_([name, body = std::move(body)] {
          ::pthread_setname_np(::pthread_self(), name.c_str());
          body();
        }) {}
  ~OwnThread() override { thread_.join(); }

 private:
  std::thread thread_;
};

class ThreadExecutor final : public Executor {
 public:
  ThreadExecutor(int high_threads, int low_threads, Clock& clock)
      : clock_(clock), low_threads_(low_threads) {
    STRATA_CHECK(high_threads > 0 && low_threads > 0);
    for (int i = 0; i < high_threads; ++i) Start("strata-high", &high_);
    for (int i = 0; i < low_threads; ++i) Start("strata-low", &low_);
  }

  ~ThreadExecutor() override {
    {
      MutexLock lock(mutex_);
      stopping_ = true;
    }
    high_.wake.WakeAll();
    low_.wake.WakeAll();
    for (std::thread& thread : threads_) thread.join();
  }

  void Schedule(Priority priority, Job job) override {
    Queue& queue = priority == Priority::kHigh ? high_ : low_;
    {
      MutexLock lock(mutex_);
      queue.jobs.push_back(std::move(job));
    }
    queue.wake.WakeOne();
  }

  void ScheduleAfter(std::uint64_t delay_micros, Job job) override {
    {
      MutexLock lock(mutex_);
      timers_.emplace(clock_.NowMicros() + delay_micros, std::move(job));
    }
    low_.wake.WakeOne();
  }

  // The change count is read before the condition, so a change that the condition misses is seen
  // as another count, and nobody sleeps through it.
  void WaitUntil(Mutex& mutex, const std::function<bool()>& condition) override
      STRATA_REQUIRES(mutex) {
    while (true) {
      waiters_.fetch_add(1);
      const std::uint64_t seen = changes_.load();
      const bool holds = condition();
      if (!holds) {
        mutex.Unlock();
        {
          MutexLock lock(change_mutex_);
          while (changes_.load() == seen) changed_.Wait(change_mutex_);
        }
        mutex.Lock();
      }
      waiters_.fetch_sub(1);
      if (holds) return;
    }
  }

  // Either this sees the waiter, or the waiter sees the new count: both orders are sequentially
  // consistent.
  void NotifyAll() override {
    changes_.fetch_add(1);
    if (waiters_.load() == 0) return;
    {
      MutexLock lock(change_mutex_);
    }  // A waiter between its look and its sleep is asleep now.
    changed_.WakeAll();
  }

  void WaitOn(WaitPoint& point, Mutex& mutex, const std::function<bool()>& holds) override
      STRATA_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.native(), std::adopt_lock);
    while (!holds()) point.native().wait(lock);
    lock.release();
  }
  void Notify(WaitPoint& point) override { point.native().notify_all(); }

  bool Yield() override {
    std::this_thread::yield();
    return true;
  }

  std::unique_ptr<RunningThread> StartThread(const std::string& name,
                                             std::function<void()> body) override {
    return std::make_unique<OwnThread>(name, std::move(body));
  }

  int concurrency() const override { return low_threads_; }

 private:
  struct Queue {
    std::deque<Job> jobs;
    Signal wake;
  };

  void Start(const char* name, Queue* queue) {
    threads_.emplace_back([this, name, queue] {
      ::pthread_setname_np(::pthread_self(), name);
      if (queue == &low_) YieldToOthers();
      Work(*queue);
    });
  }

  // Where processors are short, callers and flushes come before compaction. (On Linux a thread has
  // a niceness of its own.) It is only a wish: a failure changes nothing.
  static void YieldToOthers() {
    constexpr int kNice = 10;
    (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
  }

  // Steps of several jobs take turns: an unfinished job goes to the end of its queue.
  void Work(Queue& queue) {
    while (true) {
      Job job = NextJob(queue);
      if (job == nullptr) return;
      const Step step = job();
      if (step == Step::kMore) {
        MutexLock lock(mutex_);
        queue.jobs.push_back(std::move(job));
      } else {
        job = nullptr;  // What it holds is gone before anybody hears that it ended.
      }
      NotifyAll();
    }
  }

  // Waits for a job; null when the executor is going away.
  Job NextJob(Queue& queue) {
    MutexLock lock(mutex_);
    while (!stopping_) {
      const std::uint64_t timer_micros = &queue == &low_ ? QueueDueTimers() : UINT64_MAX;
      if (!queue.jobs.empty()) {
        Job job = std::move(queue.jobs.front());
        queue.jobs.pop_front();
        return job;
      }
      if (timer_micros == UINT64_MAX) {
        queue.wake.Wait(mutex_);
      } else {
        queue.wake.WaitFor(mutex_, std::min(timer_micros, kTimerCheckMicros));
      }
    }
    return nullptr;
  }

  // Returns how long it is until the next timer.
  std::uint64_t QueueDueTimers() STRATA_REQUIRES(mutex_) {
    if (timers_.empty()) return UINT64_MAX;
    const std::uint64_t now = clock_.NowMicros();
    while (!timers_.empty() && timers_.begin()->first <= now) {
      low_.jobs.push_back(std::move(timers_.begin()->second));
      timers_.erase(timers_.begin());
      low_.wake.WakeOne();
    }
    return timers_.empty() ? UINT64_MAX : timers_.begin()->first - now;
  }

  Clock& clock_;
  const int low_threads_;

  Mutex mutex_;  // Guards the queues' jobs too.
  Queue high_;
  Queue low_;
  std::multimap<std::uint64_t, Job> timers_ STRATA_GUARDED_BY(mutex_);  // By due time.
  bool stopping_ STRATA_GUARDED_BY(mutex_) = false;

  Mutex change_mutex_;
  Signal changed_;
  std::atomic<std::uint64_t> changes_{0};
  std::atomic<int> waiters_{0};

  std::vector<std::thread> threads_;
};

}  // namespace

// NOLINTNEXTLINE(performance-unnecessary-value-param): those who have threads keep it.
std::unique_ptr<RunningThread> Executor::StartThread(const std::string& /*name*/,
                                                     std::function<void()> /*body*/) {
  STRATA_CHECK(false);  // There are no other threads here.
}

std::unique_ptr<Executor> NewThreadExecutor(int high_threads, int low_threads, Clock& clock) {
  return std::make_unique<ThreadExecutor>(high_threads, low_threads, clock);
}

}  // namespace strata
