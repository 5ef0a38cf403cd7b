#include "io/fair_executor.h"

#include <array>
#include <deque>
#include <utility>

#include "io/owner_process.h"

namespace strata {
namespace {

// The jobs of one owner, by priority; the mutex of Turns guards them.
struct LaneJobs {
  std::array<std::deque<Job>, 2> queues;
  bool open = true;
};

}  // namespace

// Who is next. It lives as long as a turn or a timer of it is anywhere in the executor below.
struct FairExecutor::Turns {
  explicit Turns(Executor& below) : base(below) {}

  // False, and the job is gone, when the lane is.
  bool Add(const std::shared_ptr<LaneJobs>& lane, Priority priority, Job job);
  void Close(LaneJobs& lane);
  // A step of the lane whose turn it is. There may be none: a lane that went left turns behind.
  Step Run(Priority priority);

  Executor& base;
  const OwnerProcess owner;
  Mutex mutex;
  // The lanes that have jobs, each once, the next one in front.
  std::array<std::deque<std::shared_ptr<LaneJobs>>, 2> waiting STRATA_GUARDED_BY(mutex);
};

bool FairExecutor::Turns::Add(const std::shared_ptr<LaneJobs>& lane, Priority priority, Job job) {
  const auto index = static_cast<std::size_t>(priority);
  MutexLock lock(mutex);
  if (!lane->open) return false;
  lane->queues[index].push_back(std::move(job));
  if (lane->queues[index].size() == 1) waiting[index].push_back(lane);
  return true;
}

// Jobs are destroyed without the mutex: what they hold may come back here.
void FairExecutor::Turns::Close(LaneJobs& lane) {
  if (!owner.IsThisProcess()) return;  // A thread that isn't in the child may hold the mutex.
  std::array<std::deque<Job>, 2> dropped;
  MutexLock lock(mutex);
  lane.open = false;
  dropped.swap(lane.queues);
  for (auto& lanes : waiting) {
    std::erase_if(lanes, [&](const auto& other) { return other.get() == &lane; });
  }
}

Step FairExecutor::Turns::Run(Priority priority) {
  const auto index = static_cast<std::size_t>(priority);
  std::shared_ptr<LaneJobs> lane;
  Job job;
  {
    MutexLock lock(mutex);
    if (waiting[index].empty()) return Step::kDone;
    lane = std::move(waiting[index].front());
    waiting[index].pop_front();
    std::deque<Job>& jobs = lane->queues[index];
    job = std::move(jobs.front());
    jobs.pop_front();
    if (!jobs.empty()) waiting[index].push_back(lane);
  }
  const bool more = job() == Step::kMore && Add(lane, priority, std::move(job));
  return more ? Step::kMore : Step::kDone;
}

class FairExecutor::Lane final : public Executor {
 public:
  explicit Lane(std::shared_ptr<Turns> turns) : turns_(std::move(turns)) {}
  ~Lane() override { turns_->Close(*jobs_); }

  void Schedule(Priority priority, Job job) override {
    turns_->Add(jobs_, priority, std::move(job));
    turns_->base.Schedule(priority, [turns = turns_, priority] { return turns->Run(priority); });
  }

  void ScheduleAfter(std::uint64_t delay_micros, Job job) override {
    turns_->base.ScheduleAfter(delay_micros,
                               [turns = turns_, jobs = jobs_, job = std::move(job)]() mutable {
                                 if (job != nullptr)
                                   turns->Add(jobs, Priority::kLow, std::exchange(job, nullptr));
                                 return turns->Run(Priority::kLow);
                               });
  }

  void WaitUntil(Mutex& mutex, const std::function<bool()>& condition) override
      STRATA_REQUIRES(mutex) {
    turns_->base.WaitUntil(mutex, condition);
  }
  void NotifyAll() override { turns_->base.NotifyAll(); }
  bool Yield() override { return turns_->base.Yield(); }
  int concurrency() const override { return turns_->base.concurrency(); }

 private:
  const std::shared_ptr<Turns> turns_;
  const std::shared_ptr<LaneJobs> jobs_ = std::make_shared<LaneJobs>();
};

FairExecutor::FairExecutor(Executor& base) : turns_(std::make_shared<Turns>(base)) {}

FairExecutor::~FairExecutor() = default;

std::unique_ptr<Executor> FairExecutor::NewLane() {
  return std::make_unique<Lane>(turns_);
}

}  // namespace strata
