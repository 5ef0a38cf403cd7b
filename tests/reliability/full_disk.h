// A disk that is full for a while: from the n-th file operation of a life to the m-th nothing can
// be created or appended, for every n. What finds no room is refused and never seen again, reads go
// on, and once there is room the store takes writes by itself. Then the process ends, or the power
// goes.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "strata/options.h"

namespace strata::testing {

struct FullDiskReport {
  std::uint64_t full_disks = 0;  // Lives whose disk was full for a while.
  std::uint64_t refused = 0;     // Operations that were told so.
  std::vector<std::string> failures;
};

// Every `stride`-th operation is one from which the disk is full.
FullDiskReport SweepFullDisks(const Options& options, std::uint64_t stride);

}  // namespace strata::testing
