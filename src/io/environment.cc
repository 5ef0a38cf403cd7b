#include "io/environment.h"

#include <algorithm>
#include <atomic>
#include <sys/random.h>
#include <thread>

#include "base/check.h"
#include "base/random.h"
#include "io/owner_process.h"

namespace strata {
namespace {

// Enough to compact in parallel, few enough to leave the machine to its owner.
int BackgroundThreads() {
  const unsigned cores = std::thread::hardware_concurrency();
  return static_cast<int>(std::clamp(cores / 2, 2U, 8U));
}

std::uint64_t BitsFromKernel() {
  std::uint64_t bits = 0;
  STRATA_CHECK(::getrandom(&bits, sizeof(bits), 0) == sizeof(bits));
  return bits;
}

}  // namespace

Environment& RealEnvironment() {
  struct Made {
    OwnerProcess owner;
    Environment environment;
  };
  static std::atomic<Made*> current{nullptr};
  Made* made = current.load();
  while (made == nullptr || !made->owner.IsThisProcess()) {  // A child has none of the threads.
    auto executor = NewThreadExecutor(1, BackgroundThreads(), RealClock());
    auto mine = std::make_unique<Made>();
    mine->environment = {.files = &PosixFileSystem(),
                         .clock = &RealClock(),
                         .executor = executor.get(),
                         .entropy = BitsFromKernel,
                         .network = &PosixNetwork()};
    if (!current.compare_exchange_strong(made, mine.get())) continue;
    executor.release();
    made = mine.release();
  }
  return made->environment;
}

Entropy SeededEntropy(std::uint64_t seed) {
  const auto next = std::make_shared<std::atomic<std::uint64_t>>(seed);
  return [next] { return Random(next->fetch_add(0x9e3779b97f4a7c15)).Next(); };
}

}  // namespace strata
