// The same costs at several sizes of one growing store: what stays flat, and what doesn't.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "peers/config.h"
#include "peers/runner.h"

namespace strata::peers {

struct GrowthMetric {
  std::string name;
  std::string title;
  bool higher_is_better = true;
};

struct Growth {
  // [metric][engine][bytes of data]
  std::map<std::string, std::map<std::string, std::map<std::uint64_t, double>>> points;
  Collected collected;
};

const std::vector<GrowthMetric>& GrowthMetrics();

// Each engine in a process of its own grows one store to config.sizes, measuring at each. Stops an
// engine, with a note, before a size for which the disk has no room.
Growth MeasureGrowth(const Config& config);

std::string RenderGrowthText(const Growth& growth);
// The schema is in docs/performance.md.
std::string RenderGrowthJson(const Config& config, const Growth& growth);

}  // namespace strata::peers
