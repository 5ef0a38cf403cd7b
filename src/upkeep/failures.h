// What becomes of a background job that failed: if it may do better later it is tried again then;
// else the store takes no more writes.
//
// Thread safety: the store's mutex is held in every call.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "base/result.h"
#include "state/health.h"
#include "state/store_context.h"
#include "upkeep/jobs.h"

namespace strata {

class Failures {
 public:
  // `look_again`, with the mutex held, begins what is due.
  Failures(StoreContext& context, Health& health, Jobs& jobs, std::function<void()> look_again)
      : context_(context), health_(health), jobs_(jobs), look_again_(std::move(look_again)) {}

  // How a job ended.
  void Note(Status status);
  // Why none is begun until a timer rings, if that is so.
  const std::optional<Error>& passing() const { return passing_; }

 private:
  void RetryLater(const Error& error);

  StoreContext& context_;
  Health& health_;
  Jobs& jobs_;
  const std::function<void()> look_again_;
  std::optional<Error> passing_;
  std::uint64_t delay_us_ = 0;  // What the timer was set to.
};

}  // namespace strata
