// How a thread waits for what the client's loop will tell it: once, through the executor, so that a
// simulation can do it.
//
// Thread safety: one thread waits; any other tells, once.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "io/environment.h"
#include "io/mutex.h"

namespace strata::client {

template <typename T>
class Waiting {
 public:
  explicit Waiting(const Environment& environment)
      : shared_(std::make_shared<Shared>(*environment.executor)) {}

  // It may be called after this object is gone.
  std::function<void(T)> Teller() const {
    return [shared = shared_](T value) {
      {
        const MutexLock lock(shared->mutex);
        shared->told.emplace(std::move(value));
      }
      shared->executor.Notify(shared->point);
    };
  }

  T Wait() {
    Shared& shared = *shared_;
    const MutexLock lock(shared.mutex);
    shared.executor.WaitOn(shared.point, shared.mutex, [&shared]() STRATA_REQUIRES(shared.mutex) {
      return shared.told.has_value();
    });
    return *std::move(shared.told);
  }

 private:
  struct Shared {
    explicit Shared(Executor& its_executor) : executor(its_executor) {}

    Executor& executor;
    Mutex mutex;
    WaitPoint point;
    std::optional<T> told STRATA_GUARDED_BY(mutex);
  };

  const std::shared_ptr<Shared> shared_;
};

}  // namespace strata::client
