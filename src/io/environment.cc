#include "io/environment.h"

#include <algorithm>
#include <sys/random.h>
#include <thread>

#include "base/check.h"

namespace strata {
namespace {

// Enough to compact in parallel, few enough to leave the machine to its owner.
int BackgroundThreads() {
  const unsigned cores = std::thread::hardware_concurrency();
  return static_cast<int>(std::clamp(cores / 2, 2U, 8U));
}

}  // namespace

Environment& RealEnvironment() {
  static auto* const environment = [] {
    auto executor = NewThreadExecutor(1, BackgroundThreads(), RealClock());
    return new Environment{.files = &PosixFileSystem(),
                           .clock = &RealClock(),
                           .executor = executor.release(),
                           .seed = SeedFromKernel()};
  }();
  return *environment;
}

std::uint64_t SeedFromKernel() {
  std::uint64_t seed = 0;
  STRATA_CHECK(::getrandom(&seed, sizeof(seed), 0) == sizeof(seed));
  return seed;
}

}  // namespace strata
