// Where scans stand: SCAN's cursors are numbers, and a key is behind each. The last 16,384 are
// kept, in a ring; an older one is an error, never a silent end.
//
// Thread safety: any thread.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "io/mutex.h"

namespace strata::resp {

class Cursors {
 public:
  static constexpr std::size_t kPlaces = 16'384;

  // The number of a scan that goes on after `key`; never 0.
  std::uint64_t Keep(std::string key);
  // Nothing: it was never given, or is forgotten.
  std::optional<std::string> Find(std::uint64_t cursor) const;

 private:
  mutable Mutex mutex_;
  std::uint64_t last_ STRATA_GUARDED_BY(mutex_) = 0;
  std::vector<std::string> places_ STRATA_GUARDED_BY(mutex_);  // By the number, modulo kPlaces.
};

}  // namespace strata::resp
