// What `strata load` prints: rates asked for and achieved, latencies by kind, what went wrong.
//
// Thread safety: pure functions.

#pragma once

#include <string>

#include "cli/format/report.h"
#include "load/tally.h"

namespace strata::cli {

struct LoadSummary {
  std::string server;  // "redis 127.0.0.1:6379"
  double rate = 0;     // Asked for; 0: as fast as it goes.
  std::uint64_t connections = 0;
  std::uint64_t pipeline = 0;
  std::uint64_t threads = 0;
};

Report LoadReport(const LoadSummary& summary, const load::Tally& tally);

}  // namespace strata::cli
