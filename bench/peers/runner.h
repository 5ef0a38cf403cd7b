// Runs the groups: each (launch, group, engine) in a process of its own and a directory of its own,
// in an order that turns from launch to launch, so that the machine's drift meets all alike.

#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "peers/config.h"

namespace strata::peers {

struct Collected {
  using Metric = std::pair<std::string, std::string>;           // Workload, metric.
  using ByEngine = std::map<std::string, std::vector<double>>;  // One value a launch.

  std::map<Metric, ByEngine> samples;
  std::map<std::string, std::map<std::string, std::string>> digests;  // [launch, name][engine]
  std::vector<std::string> notes;       // What a reader of the figures must know.
  std::map<std::string, int> launches;  // Of each group.
  double seconds = 0;
  bool failed = false;  // Engines disagreed, or one of them broke.

  // Takes a line of a session; see session.h.
  void TakeLine(const std::string& line, int launch);
};

Collected RunAll(const Config& config);

// Engines whose answers differ fail the run; lookups that found another share of the keys than
// those of another engine are noted.
void CompareAnswers(Collected* collected);

}  // namespace strata::peers
