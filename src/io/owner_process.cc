#include "io/owner_process.h"

#include <pthread.h>
#include <string>

namespace strata {

std::atomic<std::uint64_t> OwnerProcess::forks = 0;

OwnerProcess::OwnerProcess() {
  static const bool counted = [] {
    const auto in_child = [] { forks.fetch_add(1, std::memory_order_relaxed); };
    return ::pthread_atfork(nullptr, nullptr, in_child) == 0;
  }();
  static_cast<void>(counted);
  born_ = forks.load(std::memory_order_relaxed);
}

Error OwnerProcess::ChildError(std::string_view what) {
  return {ErrorCode::kAborted,
          std::string(what) +
              " belongs to the process that this one was forked from, and is left as it is; open "
              "the store after fork(), in one process only"};
}

}  // namespace strata
