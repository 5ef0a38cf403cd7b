// A simulated world: threads that take turns on one thread of the machine, in an order drawn from a
// seed, with a clock of their own. Code that blocks runs in it as it is: a Mutex asks the world
// (io/lock_hook.h), and a node's Environment (sim/node.h) has files, time and background threads.
//
// Another thread may go on at every point: a lock, an unlock, a wait, a notification, a yield, an
// operation of a file, a sleep, a pause point, and wherever code calls SwitchPoint(). Between two
// points code runs alone, so what only real threads show (memory orders, data races) isn't found
// here.
//
// Thread safety: none; one thread makes, runs and destroys a world. It runs inside no other.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "io/lock_hook.h"
#include "sim/schedule.h"
#include "sim/simulated_thread.h"

namespace strata::sim {

class Node;
class SimNetwork;
struct NodeOptions;

struct WorldOptions {
  Schedule schedule = {};
  std::uint64_t points_max = 1'000'000;  // A run that takes more is endless.
  std::string mutant = {};  // The planted bug (base/mutant.h) that is on while it runs.
};

// How a run came to its end.
struct Outcome {
  enum class End : std::uint8_t {
    kDone,        // Every client has ended.
    kDeadlock,    // Nothing can go on any more.
    kLostWakeUp,  // A wait sleeps although its condition holds.
    kEndless,     // More than WorldOptions::points_max.
  };
  End end = End::kDone;
  std::string report = {};  // Names each thread that is blocked and what it waits for.

  bool done() const { return end == End::kDone; }
};

enum class Point : std::uint8_t { kLock, kUnlock, kWait, kNotify, kYield, kFile, kStep, kOther };

class World final : public LockHook {
 public:
  // REQUIRES: a build of a test kind (kAvailable).
  explicit World(const WorldOptions& options);
  ~World();

#if defined(STRATA_SIMULATION)
  static constexpr bool kAvailable = true;
#else
  static constexpr bool kAvailable = false;
#endif

  // The world that the calling code runs in; null outside.
  static World* Current();

  // A machine, with the power on. It lives as long as the world.
  Node& AddNode(const NodeOptions& options);

  // What connects the nodes, and clients outside with them.
  SimNetwork& network() { return *network_; }

  // A client outside of all nodes. It may be called while the world runs, as Node::Spawn may.
  void Spawn(std::string name, std::function<void()> body);

  // Runs until every client has ended or nothing can go on. It may be called again after clients
  // were added, unless it came to another end.
  Outcome Run();

  std::uint64_t now_nanos() const { return now_nanos_; }  // True time, which all clocks go by.
  std::uint64_t points() const { return points_; }
  std::uint64_t switches() const { return switches_; }
  // A hash of who ran from point to point.
  std::uint64_t trace() const { return trace_; }
  // For what isn't the schedule's: latencies, faults.
  Random& random() { return random_; }

  // --- for what stands between code and the world: nodes, executors, files ---

  // REQUIRES of what follows but for Start, Stop and At: a simulated thread calls it.
  void Reach(Point point);
  // Until somebody calls Wake for it.
  void Park(const WaitFor& what);
  void SleepUntil(std::uint64_t true_nanos);
  // A job begins in the running thread: it gets a priority of its own.
  void BeginJob();
  SimulatedThread* running() { return running_; }

  SimulatedThread& Start(std::string name, NodeId node, bool is_client, std::function<void()> body);
  void Wake(SimulatedThread& thread);
  // Wakes those that are parked because of `notifier`.
  void WakeAll(const void* notifier);
  // The node's threads never run again. Doesn't return in one of them.
  void Stop(NodeId node);
  // `ring` is called at that time, between two points. It must not reach one.
  void At(std::uint64_t true_nanos, std::function<void()> ring);

  // No point is reached while one of these lives.
  class Uninterrupted {
   public:
    Uninterrupted();
    Uninterrupted(const Uninterrupted&) = delete;
    Uninterrupted& operator=(const Uninterrupted&) = delete;
    ~Uninterrupted();

   private:
    World* const world_;
  };

  // LockHook.
  void Lock(Mutex& mutex) override;
  void Unlock(Mutex& mutex) override;

 private:
  void Enter(SimulatedThread& thread, const std::function<void()>& body);
  void Continue(SimulatedThread& thread);
  void GoOnWith(SimulatedThread& next);
  void EndRunning();
  void LeaveRunnable(SimulatedThread& thread);
  void Note(Point point);
  void RingDue();
  bool PassTime();
  // --- world_report.cc ---
  Outcome Endless() const;
  std::optional<Outcome> FindStall();
  const SimulatedThread* FindLostWakeUp() const;
  const SimulatedThread* HolderOf(const Mutex* mutex) const;
  std::string Describe(const SimulatedThread& thread) const;
  std::string DescribeBlocked(std::string_view headline) const;

  const WorldOptions options_;
  Chooser chooser_;
  Random random_;
  Fiber main_;  // The thread that called Run.
  std::vector<std::unique_ptr<SimulatedThread>> threads_;
  std::vector<SimulatedThread*> runnable_;
  SimulatedThread* running_ = nullptr;
  const std::unique_ptr<SimNetwork> network_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::multimap<std::uint64_t, std::function<void()>> timers_;  // By true time.
  std::uint64_t now_nanos_ = 1'000'000'000;
  std::uint64_t points_ = 0;
  std::uint64_t switches_ = 0;
  std::uint64_t trace_ = 0;
  std::size_t clients_ = 0;  // That are alive.
  int uninterrupted_ = 0;
  bool endless_ = false;
};

// A point of the calling code's own; nothing outside of a world.
void SwitchPoint();

}  // namespace strata::sim
