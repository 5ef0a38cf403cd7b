#include "io/clock.h"

#include <chrono>
#include <thread>

namespace strata {
namespace {

template <typename Unit, typename Source>
std::uint64_t Now() {
  const auto since_zero = Source::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<Unit>(since_zero).count());
}

class RealClockImpl final : public Clock {
 public:
  std::uint64_t NowMicros() override {
    return Now<std::chrono::microseconds, std::chrono::steady_clock>();
  }
  std::uint64_t NowNanos() override {
    return Now<std::chrono::nanoseconds, std::chrono::steady_clock>();
  }
  std::uint64_t WallMicros() override {
    return Now<std::chrono::microseconds, std::chrono::system_clock>();
  }
  void SleepMicros(std::uint64_t micros) override {
    std::this_thread::sleep_for(std::chrono::microseconds(micros));
  }
};

}  // namespace

Clock& RealClock() {
  static auto* const clock = new RealClockImpl();
  return *clock;
}

}  // namespace strata
