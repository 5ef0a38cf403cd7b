// What happens a second: counts of now beside those of some seconds ago. The counts only grow, so
// nobody has to keep time; who asks leaves the counts for who asks next.
//
// Thread safety: any thread.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "io/mutex.h"
#include "stats/durations.h"
#include "stats/request_times.h"

namespace strata::http {

// All of it since the start.
struct Totals {
  std::uint64_t at_us = 0;  // The clock for durations.
  std::vector<std::array<DurationCounts, static_cast<std::size_t>(RequestKind::kCount)>> apis;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t user_bytes_written = 0;
  std::uint64_t wal_syncs = 0;
  std::uint64_t block_reads = 0;
};

class Rates {
 public:
  // The totals to compare `now` with: of about kWindowMicros ago, or of the first time that
  // somebody asked; before that, none (all 0, at the start). `now` is kept for later.
  Totals Earlier(const Totals& now, std::uint64_t started_us);

  static constexpr std::uint64_t kWindowMicros = 5'000'000;
  static constexpr std::uint64_t kStepMicros = 900'000;  // Nobody needs them closer together.

 private:
  Mutex mutex_;
  std::deque<Totals> kept_ STRATA_GUARDED_BY(mutex_);  // Oldest first.
};

}  // namespace strata::http
