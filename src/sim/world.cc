#include "sim/world.h"

#include "base/check.h"
#include "base/mutant.h"
#include "sim/graveyard.h"
#include "sim/network.h"
#include "sim/node.h"

namespace strata::sim {
namespace {

constexpr std::uint64_t kPointNanos = 1000;  // From one point to the next.

constinit thread_local World* current_world = nullptr;

void SwitchMutant([[maybe_unused]] std::string_view name) {
#if defined(STRATA_MUTANTS)
  mutant::Enable(name);
#endif
}

// Where code says that another thread might come in between is a point, too.
void HookPauses([[maybe_unused]] void (*hook)()) {
#if defined(STRATA_MUTANTS)
  mutant::SetPauseHook(hook);
#endif
}

std::uint64_t Mixed(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15;
  return hash ^ (hash >> 32);
}

}  // namespace

World::World(const WorldOptions& options)
    : options_(options),
      chooser_(options.schedule),
      random_(options.schedule.seed ^ 0x5eed),
      network_(std::make_unique<SimNetwork>(*this)) {
  STRATA_CHECK(kAvailable);
}

// Threads that are in the middle of something are never resumed and can't be unwound: what they own
// stays behind, as the memory of a machine does that lost its power.
World::~World() {
  STRATA_CHECK(running_ == nullptr);
  for (auto& thread : threads_) {
    const bool idle = thread->state == SimulatedThread::State::kParked &&
                      thread->waits.what == WaitFor::What::kWork;
    if (thread->state != SimulatedThread::State::kEnded && !idle) Bury(std::move(thread));
  }
}

World* World::Current() {
  return current_world;
}

Node& World::AddNode(const NodeOptions& options) {
  const auto id = static_cast<NodeId>(nodes_.size());
  return *nodes_.emplace_back(std::make_unique<Node>(*this, id, options));
}

void World::Spawn(std::string name, std::function<void()> body) {
  Start(std::move(name), kNoNode, /*is_client=*/true, std::move(body));
}

// --- running -------------------------------------------------------------------------------------

Outcome World::Run() {
  STRATA_CHECK(current_world == nullptr);
  if (!options_.mutant.empty()) SwitchMutant(options_.mutant);
  Outcome outcome;
  while (clients_ > 0 && outcome.done()) {
    if (endless_) {
      outcome = Endless();
    } else if (!runnable_.empty()) {
      Continue(chooser_.Choose(runnable_, nullptr, /*yields=*/false));
    } else if (auto stall = FindStall()) {
      outcome = *std::move(stall);
    } else {
      PassTime();
    }
  }
  if (!options_.mutant.empty()) SwitchMutant("");
  return outcome;
}

// Comes back when no thread can go on, or none shall.
void World::Continue(SimulatedThread& thread) {
  running_ = &thread;
  current_world = this;
  SetLockHook(this);
  HookPauses(&SwitchPoint);
  main_.SwitchTo(*thread.fiber);
  HookPauses(nullptr);
  SetLockHook(nullptr);
  current_world = nullptr;
  running_ = nullptr;
}

SimulatedThread& World::Start(std::string name, NodeId node, bool is_client,
                              std::function<void()> body) {
  auto& thread = *threads_.emplace_back(std::make_unique<SimulatedThread>());
  thread.name = std::move(name);
  thread.node = node;
  thread.is_client = is_client;
  thread.number = threads_.size();
  thread.priority = chooser_.NewPriority();
  thread.fiber =
      std::make_unique<Fiber>([this, &thread, body = std::move(body)] { Enter(thread, body); });
  thread.place = runnable_.size();
  runnable_.push_back(&thread);
  if (is_client) ++clients_;
  return thread;
}

void World::Enter(SimulatedThread& thread, const std::function<void()>& body) {
  body();
  thread.state = SimulatedThread::State::kEnded;
  LeaveRunnable(thread);
  if (thread.is_client) --clients_;
  EndRunning();
}

void World::EndRunning() {
  Fiber& fiber = *running_->fiber;
  if (clients_ == 0 || runnable_.empty()) fiber.EndInto(main_);
  running_ = &chooser_.Choose(runnable_, nullptr, /*yields=*/false);
  ++switches_;
  fiber.EndInto(*running_->fiber);
}

void World::GoOnWith(SimulatedThread& next) {
  Fiber& fiber = *running_->fiber;
  running_ = &next;
  ++switches_;
  fiber.SwitchTo(*next.fiber);
}

void World::Stop(NodeId node) {
  for (const auto& thread : threads_) {
    if (thread->node != node || thread->state == SimulatedThread::State::kEnded) continue;
    if (thread->state == SimulatedThread::State::kStopped) continue;
    if (thread->state == SimulatedThread::State::kRunnable) LeaveRunnable(*thread);
    thread->state = SimulatedThread::State::kStopped;
    if (thread->is_client) --clients_;
  }
  if (running_ != nullptr && running_->node == node) EndRunning();
}

// --- points --------------------------------------------------------------------------------------

void World::Reach(Point point) {
  if (uninterrupted_ > 0 || running_ == nullptr) return;
  Note(point);
  if (points_ >= options_.points_max) {
    endless_ = true;
    running_->fiber->SwitchTo(main_);
  }
  if (const std::uint64_t pause = chooser_.DrawPause()) return SleepUntil(now_nanos_ + pause);
  SimulatedThread& next = chooser_.Choose(runnable_, running_, point == Point::kYield);
  if (&next != running_) GoOnWith(next);
}

void World::Note(Point point) {
  ++points_;
  now_nanos_ += kPointNanos;
  trace_ = Mixed(trace_, running_->number * 16 + static_cast<std::uint64_t>(point));
  RingDue();
}

// Time passes once it is parked: a timer that wakes it may be due at once.
void World::Park(const WaitFor& what) {
  STRATA_CHECK(running_ != nullptr && uninterrupted_ == 0);
  SimulatedThread& self = *running_;
  self.state = SimulatedThread::State::kParked;
  self.waits = what;
  LeaveRunnable(self);
  Note(Point::kWait);
  if (runnable_.empty()) return self.fiber->SwitchTo(main_);
  SimulatedThread& next = chooser_.Choose(runnable_, nullptr, /*yields=*/false);
  if (&next != &self) GoOnWith(next);
}

void World::Wake(SimulatedThread& thread) {
  if (thread.state != SimulatedThread::State::kParked) return;
  thread.state = SimulatedThread::State::kRunnable;
  thread.waits = {};
  thread.place = runnable_.size();
  runnable_.push_back(&thread);
}

void World::WakeAll(const void* notifier) {
  for (const auto& thread : threads_) {
    if (thread->waits.notifier == notifier) Wake(*thread);
  }
}

void World::LeaveRunnable(SimulatedThread& thread) {
  runnable_[thread.place] = runnable_.back();
  runnable_[thread.place]->place = thread.place;
  runnable_.pop_back();
}

void World::BeginJob() {
  running_->priority = chooser_.NewPriority();
}

// --- locks ---------------------------------------------------------------------------------------

void World::Lock(Mutex& mutex) {
  Reach(Point::kLock);
  while (!mutex.native().try_lock()) Park({.what = WaitFor::What::kLock, .mutex = &mutex});
  running_->held.push_back(&mutex);
}

void World::Unlock(Mutex& mutex) {
  mutex.native().unlock();
  std::erase(running_->held, &mutex);
  for (const auto& thread : threads_) {
    if (thread->waits.what == WaitFor::What::kLock && thread->waits.mutex == &mutex) Wake(*thread);
  }
  Reach(Point::kUnlock);
}

// --- time ----------------------------------------------------------------------------------------

void World::At(std::uint64_t true_nanos, std::function<void()> ring) {
  timers_.emplace(true_nanos, std::move(ring));
}

void World::SleepUntil(std::uint64_t true_nanos) {
  STRATA_CHECK(running_ != nullptr);
  SimulatedThread& self = *running_;
  if (uninterrupted_ > 0) return;
  while (now_nanos_ < true_nanos) {
    At(true_nanos, [this, &self] {
      if (self.waits.what == WaitFor::What::kTime) Wake(self);
    });
    Park({.what = WaitFor::What::kTime});
  }
}

void World::RingDue() {
  while (!timers_.empty() && timers_.begin()->first <= now_nanos_) {
    const auto due = timers_.extract(timers_.begin());
    due.mapped()();
  }
}

// Nobody can go on before the next timer.
bool World::PassTime() {
  if (timers_.empty()) return false;
  now_nanos_ = std::max(now_nanos_, timers_.begin()->first);
  RingDue();
  return true;
}

World::Uninterrupted::Uninterrupted() : world_(World::Current()) {
  if (world_ != nullptr) ++world_->uninterrupted_;
}

World::Uninterrupted::~Uninterrupted() {
  if (world_ != nullptr) --world_->uninterrupted_;
}

void SwitchPoint() {
  if (World* const world = World::Current()) world->Reach(Point::kOther);
}

}  // namespace strata::sim
