// More of what this process takes of the machine, for the metrics: it reads /proc.
//
// Thread safety: any thread may ask.

#pragma once

#include <cstdint>

namespace strata {

// 0 where the system doesn't tell.
struct ProcessDetails {
  std::uint64_t virtual_bytes = 0;
  std::uint64_t threads = 0;
  std::uint64_t descriptors = 0;  // Open now.
  std::uint64_t descriptors_max = 0;
  double started_at_s = 0;  // Since 1970.
};

ProcessDetails DetailsOfThisProcess();

}  // namespace strata
