#include "auth/hash_gate.h"

namespace strata::auth {

Result<HashGate::Place> HashGate::Enter() {
  MutexLock lock(mutex_);
  if (inside_ >= options_.at_once) {
    if (waiting_ >= options_.waiting) {
      return Error(ErrorCode::kBusy, "too many passwords are being checked: try again");
    }
    ++waiting_;
    executor_.WaitOn(left_, mutex_,
                     [this]() STRATA_REQUIRES(mutex_) { return inside_ < options_.at_once; });
    --waiting_;
  }
  ++inside_;
  return Place(this);
}

void HashGate::Leave() {
  {
    const MutexLock lock(mutex_);
    --inside_;
  }
  executor_.Notify(left_);
}

}  // namespace strata::auth
