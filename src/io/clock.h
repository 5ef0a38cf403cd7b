// The seam between Strata and time. Only this module reads the machine's clocks.
//
// Thread safety: a Clock may be shared by any number of threads.

#pragma once

#include <atomic>
#include <cstdint>

namespace strata {

class Clock {
 public:
  virtual ~Clock() = default;

  // Never goes back; its zero means nothing. For durations and deadlines.
  virtual std::uint64_t NowMicros() = 0;
  virtual std::uint64_t NowNanos() { return NowMicros() * 1000; }

  // Microseconds since 1970 UTC; may jump. For write times and expiry.
  virtual std::uint64_t WallMicros() = 0;

  // Blocks the calling thread; a manual clock advances itself instead.
  virtual void SleepMicros(std::uint64_t micros) = 0;
};

// The machine's clocks; lives for ever.
Clock& RealClock();

// Time that moves only when told to: for tests and simulation.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(std::uint64_t start_micros = 1'000'000'000'000'000)
      : now_micros_(start_micros) {}

  std::uint64_t NowMicros() override { return now_micros_.load(std::memory_order_relaxed); }
  std::uint64_t WallMicros() override { return NowMicros(); }
  void SleepMicros(std::uint64_t micros) override { Advance(micros); }
  void Advance(std::uint64_t micros) { now_micros_.fetch_add(micros, std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> now_micros_;
};

}  // namespace strata
