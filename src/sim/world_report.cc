// What a world says of threads that can't go on.

#include <algorithm>
#include <cxxabi.h>

#include "sim/world.h"

namespace strata::sim {
namespace {

using What = WaitFor::What;

// "strata::DbImpl::AwaitEdits()::{lambda()#1}": a condition is named by where it stands.
std::string NameOf(const std::function<bool()>& condition) {
  const char* const mangled = condition.target_type().name();
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(mangled, nullptr, nullptr, &status), std::free);
  return status == 0 ? name.get() : mangled;
}

bool IsAlive(const SimulatedThread& thread) {
  return thread.state == SimulatedThread::State::kRunnable ||
         thread.state == SimulatedThread::State::kParked;
}

}  // namespace

const SimulatedThread* World::HolderOf(const Mutex* mutex) const {
  for (const auto& thread : threads_) {
    if (std::count(thread->held.begin(), thread->held.end(), mutex) > 0) return thread.get();
  }
  return nullptr;
}

std::string World::Describe(const SimulatedThread& thread) const {
  switch (thread.waits.what) {
    case What::kLock: {
      const SimulatedThread* const holder = HolderOf(thread.waits.mutex);
      return "waits for a lock that " + (holder == nullptr ? "nobody here" : holder->name) +
             " holds";
    }
    case What::kCondition:
      return "waits in " + NameOf(*thread.waits.condition);
    case What::kTime:
      return "sleeps";
    case What::kWork:
      return "has no work";
    case What::kNetwork:
      return "waits for the network";
    case What::kNothing:
      return "can go on";
  }
  return "";
}

std::string World::DescribeBlocked(std::string_view headline) const {
  std::string text = std::string(headline) + " after " + std::to_string(points_) + " points of " +
                     options_.schedule.ToText();
  for (const auto& thread : threads_) {
    if (!IsAlive(*thread) || thread->waits.what == What::kWork) continue;
    text += "\n  " + thread->name + ": " + Describe(*thread);
  }
  return text;
}

// When nobody can go on or sleeps, each wait has looked at its condition after the last change, or
// nobody told it to. Only timers are left, which aren't about this wait.
const SimulatedThread* World::FindLostWakeUp() const {
  for (const auto& thread : threads_) {
    if (IsAlive(*thread) && thread->waits.what == What::kTime) return nullptr;
  }
  for (const auto& thread : threads_) {
    if (!IsAlive(*thread) || thread->waits.what != What::kCondition) continue;
    if (HolderOf(thread->waits.mutex) == nullptr && (*thread->waits.condition)()) {
      return thread.get();
    }
  }
  return nullptr;
}

// Nobody can go on now.
std::optional<Outcome> World::FindStall() {
  constexpr std::uint64_t kSoonNanos = 2'000'000;
  const bool timer_is_near = !timers_.empty() && timers_.begin()->first < now_nanos_ + kSoonNanos;
  if (timer_is_near) return std::nullopt;  // It may be what makes a condition true.
  if (const SimulatedThread* const thread = FindLostWakeUp()) {
    return Outcome{Outcome::End::kLostWakeUp,
                   DescribeBlocked("lost wake-up: what " + thread->name + " waits for is so,")};
  }
  if (!timers_.empty()) return std::nullopt;
  return Outcome{Outcome::End::kDeadlock, DescribeBlocked("deadlock: nothing can go on")};
}

Outcome World::Endless() const {
  return {Outcome::End::kEndless, DescribeBlocked("no end")};
}

}  // namespace strata::sim
