// Lets few hash a password at a time, and few more wait for it: each costs 16 MiB and 50 ms of a
// processor, and anybody may ask for one.
//
// Thread safety: any thread. Enter blocks, so no loop calls it.

#pragma once

#include "base/result.h"
#include "io/executor.h"
#include "io/mutex.h"
#include "io/wait_point.h"

namespace strata::auth {

class HashGate {
 public:
  struct Options {
    int at_once = 1;
    int waiting = 64;
  };
  // `executor` is borrowed.
  HashGate(Executor& executor, const Options& options) : executor_(executor), options_(options) {}
  HashGate(const HashGate&) = delete;
  HashGate& operator=(const HashGate&) = delete;

  // Somebody is inside while it lives.
  class Place {
   public:
    explicit Place(HashGate* gate) : gate_(gate) {}
    Place(Place&& other) noexcept : gate_(other.gate_) { other.gate_ = nullptr; }
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (gate_ != nullptr) gate_->Leave();
    }

   private:
    HashGate* gate_;
  };
  // Returns when there is room inside. Errors: kBusy at once when too many wait already.
  Result<Place> Enter();

 private:
  void Leave();

  Executor& executor_;
  const Options options_;
  Mutex mutex_;
  WaitPoint left_;
  int inside_ STRATA_GUARDED_BY(mutex_) = 0;
  int waiting_ STRATA_GUARDED_BY(mutex_) = 0;
};

}  // namespace strata::auth
