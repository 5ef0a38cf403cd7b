#include "auth/attempts.h"

#include <algorithm>

namespace strata::auth {

std::uint64_t Attempts::RefusedUntil(std::string_view who, std::uint64_t now_us) const {
  const MutexLock lock(mutex_);
  const auto at = by_who_.find(who);
  if (at == by_who_.end() || at->second->until_us <= now_us) return 0;
  return at->second->until_us;
}

void Attempts::Failed(std::string_view who, std::uint64_t now_us) {
  const MutexLock lock(mutex_);
  if (const auto at = by_who_.find(who); at != by_who_.end()) {
    records_.splice(records_.begin(), records_, at->second);
  } else {
    if (records_.size() >= options_.kept_max) {
      by_who_.erase(records_.back().who);
      records_.pop_back();
    }
    records_.push_front({.who = std::string(who)});
    by_who_.emplace(records_.front().who, records_.begin());
  }
  Record& record = records_.front();
  ++record.failures;
  const int beyond = record.failures - options_.free;
  if (beyond <= 0) return;
  constexpr int kDoublingsMax = 20;
  const std::uint64_t wait_us = options_.wait_us << std::min(beyond - 1, kDoublingsMax);
  record.until_us = now_us + std::min(wait_us, options_.wait_max_us);
}

void Attempts::Succeeded(std::string_view who) {
  const MutexLock lock(mutex_);
  const auto at = by_who_.find(who);
  if (at == by_who_.end()) return;
  const auto record = at->second;
  by_who_.erase(at);
  records_.erase(record);
}

std::size_t Attempts::size() const {
  const MutexLock lock(mutex_);
  return records_.size();
}

}  // namespace strata::auth
