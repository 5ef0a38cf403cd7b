// What threads sleep on that wait for one kind of change: who makes such a change wakes them, and
// nobody who waits for another. They wait and are woken through io/executor.h, so that simulated
// threads can, too.
//
// Thread safety: any thread; all waits at one have the same mutex. It may be destroyed once nobody
// waits or is about to wake.

#pragma once

#include <condition_variable>
#include <cstdint>

namespace strata {

class WaitPoint {
 public:
  WaitPoint() = default;
  WaitPoint(const WaitPoint&) = delete;
  WaitPoint& operator=(const WaitPoint&) = delete;

  // For executors only: one of real threads has this,
  std::condition_variable& native() { return native_; }
  // and one of simulated threads counts how often it was told.
  std::uint64_t told() const { return told_; }
  void CountTold() { ++told_; }

 private:
  std::condition_variable native_;
  std::uint64_t told_ = 0;
};

}  // namespace strata
