#include "http/rates.h"

namespace strata::http {

// The oldest that is kept is the youngest of those that are old enough, or the first.
Totals Rates::Earlier(const Totals& now, std::uint64_t started_us) {
  const MutexLock lock(mutex_);
  while (kept_.size() > 1 && now.at_us - kept_[1].at_us >= kWindowMicros) kept_.pop_front();
  // What is much older says nothing of now.
  if (!kept_.empty() && now.at_us - kept_.back().at_us > 2 * kWindowMicros) kept_.clear();
  Totals earlier;
  if (!kept_.empty() && now.at_us > kept_.front().at_us) {
    earlier = kept_.front();
  } else {
    earlier.at_us = started_us;
    earlier.apis.resize(now.apis.size());
  }
  if (kept_.empty() || now.at_us - kept_.back().at_us >= kStepMicros) kept_.push_back(now);
  return earlier;
}

}  // namespace strata::http
