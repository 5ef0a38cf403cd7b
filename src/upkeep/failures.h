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
  // `look_again`, with the mutex held, begins what is due. It comes after a second, and after twice
  // as long with every failure more, up to `delay_max_us`.
  Failures(StoreContext& context, Health& health, Jobs& jobs, std::function<void()> look_again,
           std::uint64_t delay_max_us = 60'000'000)
      : context_(context),
        health_(health),
        jobs_(jobs),
        look_again_(std::move(look_again)),
        delay_max_us_(delay_max_us) {}

  // How a job ended.
  void Note(Status status);
  // Why none is begun until a timer rings, if that is so.
  const std::optional<Error>& passing() const { return passing_; }
  // Why the last one failed that may do better later, until one succeeds.
  const std::optional<Error>& last() const { return last_; }
  // So many were tried in vain since one succeeded; those that fail together count as one.
  std::uint64_t tries() const { return tries_; }

 private:
  void RetryLater(const Error& error);
  void NoteSuccess();

  StoreContext& context_;
  Health& health_;
  Jobs& jobs_;
  const std::function<void()> look_again_;
  const std::uint64_t delay_max_us_;
  std::optional<Error> passing_;
  std::optional<Error> last_;
  std::uint64_t tries_ = 0;
  std::uint64_t delay_us_ = 0;  // What the timer was set to.
};

}  // namespace strata
