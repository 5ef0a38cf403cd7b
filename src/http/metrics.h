// What is told to Prometheus: names, types and meanings, and where each comes from.
// docs/observability.md has the same table, and a test compares them.
//
// Thread safety: pure functions of what any thread may read.

#pragma once

#include <string>

#include "http/exposition.h"
#include "http/shared.h"
#include "io/process_details.h"
#include "io/process_usage.h"

namespace strata::http {

// What one scrape reads once.
struct Scrape {
  explicit Scrape(const Shared& the_shared);

  const Shared& shared;
  const StoreStats store;
  const Counters& counters;
  const ProcessUsage usage;
  const ProcessDetails process;
};

std::string MetricsText(const Shared& shared);

// Bytes written to the disk for each byte that a caller wrote, since the store was opened; 0: none
// was written.
double WriteAmplification(const Counters& counters);

}  // namespace strata::http
