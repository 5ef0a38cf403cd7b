// What `strata serve` may be made to hold or do, as its flags want it; all of it can be changed
// while it serves.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/flags.h"
#include "resp/shared.h"
#include "server/limits.h"

namespace strata::cli {

class ServeLimits {
 public:
  void Declare(Flags& flags);
  server::Limits Limits() const;
  // The Redis front shows these, or sets them as CONFIG SET does: those of the flags that are
  // named, so that what CONFIG SET has set is kept.
  static std::vector<std::string> AllTold();
  Status Tell(resp::Shared* shared, const std::vector<std::string>& names) const;

 private:
  int connections_max_ = static_cast<int>(server::Limits{}.connections_max);
  std::uint64_t idle_us_ = server::Limits{}.idle_us;
  std::uint64_t stuck_us_ = server::Limits{}.stuck_us;
  std::uint64_t stop_us_ = server::Limits{}.stop_us;
  std::uint64_t reply_bytes_pause_ = server::Limits{}.reply_bytes_pause;
  std::uint64_t reply_bytes_max_ = server::Limits{}.reply_bytes_max;
  std::uint64_t buffer_bytes_max_ = server::Limits{}.buffer_bytes_max;
  std::int64_t slower_than_us_ = 10'000;  // Negative: never.
  int slow_entries_ = 128;
};

}  // namespace strata::cli
