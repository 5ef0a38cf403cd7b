// A thread of a simulated world: its fiber, whether it can go on, and if not, why.
//
// Thread safety: none; the world's.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "io/mutex.h"
#include "sim/fiber.h"

namespace strata::sim {

using NodeId = int;
inline constexpr NodeId kNoNode = -1;  // Of threads outside all nodes, which no power cut stops.

using SchedulePriority = std::int64_t;  // The highest goes first; see Chooser.

// What a thread that is parked waits for.
struct WaitFor {
  enum class What : std::uint8_t { kNothing, kLock, kCondition, kTime, kWork, kNetwork };

  What what = What::kNothing;
  const Mutex* mutex = nullptr;  // The lock, or what guards the condition.
  const std::function<bool()>* condition = nullptr;
  const void* notifier = nullptr;  // Who says that a condition may have changed.
};

struct SimulatedThread {
  enum class State : std::uint8_t { kRunnable, kParked, kEnded, kStopped };

  std::string name;
  NodeId node = kNoNode;
  bool is_client = false;  // The world runs until all of these have ended.
  std::uint64_t number = 0;
  std::unique_ptr<Fiber> fiber;
  State state = State::kRunnable;
  WaitFor waits;
  SchedulePriority priority = 0;
  std::size_t place = 0;  // Among those that can go on.
  std::vector<const Mutex*> held;
};

}  // namespace strata::sim
