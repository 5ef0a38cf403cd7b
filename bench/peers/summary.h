// From the values of all launches to rows: medians, the ratio to the best peer with its interval,
// and whether the goals are met. Pure functions.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "peers/config.h"
#include "peers/runner.h"

namespace strata::peers {

struct MetricKind {
  std::string name;
  std::string unit;
  bool higher_is_better = true;
};

// Better than one is better for Strata, whichever way the metric points.
struct Ratio {
  double point = 0;
  double low = 0;
  double high = 0;
};

struct Goal {
  std::string against;  // "best", "lsm", an engine, or "limit": an absolute bound of the value.
  double wanted = 0;
  std::optional<Ratio> ratio;  // Nothing where that peer has no such row.
  bool met = false;
  bool sure = false;  // The whole interval is on that side.
};

struct Row {
  std::string workload;  // "fillseq", or "fillseq.p99_us" for other metrics than the rate.
  std::string group;
  MetricKind metric;
  std::optional<double> strata;
  std::map<std::string, double> peers;
  std::map<std::string, double> spread;  // (max - min) / median over launches, of each engine.
  std::string best_peer;
  std::optional<Ratio> ratio_best;
  std::string best_lsm;
  std::optional<Ratio> ratio_lsm;  // Without LMDB, whose unsynced rows aren't crash-safe.
  std::vector<Goal> goals;
  int launches = 0;
};

std::vector<Row> Summarise(const Config& config, const Collected& collected);

}  // namespace strata::peers
