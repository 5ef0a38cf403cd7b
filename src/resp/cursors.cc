#include "resp/cursors.h"

#include <utility>

namespace strata::resp {

std::uint64_t Cursors::Keep(std::string key) {
  const MutexLock lock(mutex_);
  const std::uint64_t cursor = ++last_;
  if (places_.size() < kPlaces && places_.size() <= cursor % kPlaces) {
    places_.resize(cursor % kPlaces + 1);
  }
  places_[cursor % kPlaces] = std::move(key);
  return cursor;
}

std::optional<std::string> Cursors::Find(std::uint64_t cursor) const {
  const MutexLock lock(mutex_);
  if (cursor == 0 || cursor > last_ || last_ - cursor >= kPlaces) return std::nullopt;
  return places_[cursor % kPlaces];
}

}  // namespace strata::resp
