#include "upkeep/failures.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace strata {
namespace {

constexpr std::uint64_t kRetryMicrosMin = 1'000'000;

}  // namespace

// Nothing came of the job, and nothing was lost: on a disk that is full, a delete or another
// program may make room.
void Failures::Note(Status status) {
  if (status) {
    NoteSuccess();
  } else if (MayPass(status.error()) && !health_.failed()) {
    RetryLater(status.error());
  } else if (status.error().code() != ErrorCode::kAborted) {  // Closing, or a table was dropped.
    health_.Remember(std::move(status)).has_value();
  }
}

void Failures::NoteSuccess() {
  if (last_ && context_.events) context_.events->Emit("background_recovery", {{"tries", tries_}});
  last_.reset();
  tries_ = 0;
  delay_us_ = 0;
}

void Failures::RetryLater(const Error& error) {
  if (passing_) return;
  passing_ = error;
  last_ = error;
  ++tries_;
  delay_us_ = std::clamp(2 * delay_us_, kRetryMicrosMin, delay_max_us_);
  if (context_.events) {
    context_.events->Emit("background_failure", {{"cause", std::string_view(error.message())}});
  }
  jobs_.After(delay_us_, [this] {
    MutexLock lock(context_.mutex);
    passing_.reset();
    look_again_();
  });
}

}  // namespace strata
