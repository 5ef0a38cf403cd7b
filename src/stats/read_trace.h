// What one read touched, in order, with the time each step took: the memtable, each run, its
// filter, the index, the block and whether the cache had it. `strata trace KEY` prints it.
//
// Thread safety: one thread.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/clock.h"

namespace strata {

class ReadTrace {
 public:
  explicit ReadTrace(Clock& clock) : clock_(clock), last_nanos_(clock.NowNanos()) {}

  struct Step {
    std::string where;  // "memtable", "000007.sst filter", "000007.sst block 8192"
    std::string what;   // "no", "maybe", "from cache", "read 4,103 bytes", "found value"
    std::uint64_t nanos;
  };

  // Ends a step: its time is what passed since the one before.
  void Add(std::string where, std::string what) {
    const std::uint64_t now = clock_.NowNanos();
    steps_.push_back({std::move(where), std::move(what), now - last_nanos_});
    last_nanos_ = clock_.NowNanos();
  }

  const std::vector<Step>& steps() const { return steps_; }

 private:
  Clock& clock_;
  std::uint64_t last_nanos_;
  std::vector<Step> steps_;
};

}  // namespace strata
