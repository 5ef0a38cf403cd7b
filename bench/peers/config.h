// What one run measures: sizes, times and choices, from the command line.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "peers/store.h"

namespace strata::peers {

struct Config {
  static constexpr std::uint64_t kFullNum = 3'000'000;

  std::uint64_t num = kFullNum;  // All sizes follow from it, budgets too when it is smaller.
  std::uint64_t value_size = 100;
  int launches = 5;
  double seconds = 2;            // Of each timed read.
  double run_seconds = 55 * 60;  // No launch begins that would end later.
  std::vector<std::string> only;
  std::vector<std::string> engines;
  std::string directory;
  std::string json;      // A file, "-" for stdout, or nothing.
  std::string markdown;  // As json.
  std::string html;      // As json: a page, of charts for growth.
  std::uint64_t seed = 1000;

  bool growth = false;
  std::vector<std::uint64_t> sizes;  // Growth: bytes of data at each point.

  // `full` of a full run, in proportion to num; at least `least`.
  std::uint64_t Scaled(std::uint64_t full, std::uint64_t least) const;
  Budget budget() const;
  bool Wants(std::string_view group, std::string_view workload) const;
};

// Ends the process on wrong usage (status 2) and after --help (0).
Config ParseArguments(int argc, char** argv);

}  // namespace strata::peers
