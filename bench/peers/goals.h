// What we want of each row, as docs/performance.md lists it.

#pragma once

#include <string>
#include <vector>

namespace strata::peers {

struct WantedGoal {
  std::string workload;
  std::string against;  // See Goal in summary.h.
  double wanted = 0;
};

const std::vector<WantedGoal>& WantedGoals();

}  // namespace strata::peers
