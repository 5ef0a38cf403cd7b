// What is told to Prometheus: names, types and meanings, and where each comes from.
// docs/observability.md has the same table, and a test compares them.
//
// Thread safety: pure functions of what any thread may read.

#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

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

// How often each limit was met, by the names that are told.
inline constexpr std::array<
    std::pair<std::string_view, server::ServerStats::Count server::ServerStats::*>, 7>
    kLimitCounts{{{"connections_max", &server::ServerStats::over_connections},
                  {"request_bytes_max", &server::ServerStats::over_request},
                  {"reply_bytes_max", &server::ServerStats::over_replies},
                  {"buffer_bytes_max", &server::ServerStats::over_buffers},
                  {"stuck", &server::ServerStats::stuck},
                  {"idle", &server::ServerStats::idle},
                  {"descriptors", &server::ServerStats::no_descriptors}}};

std::string MetricsText(const Shared& shared);

// Bytes written to the disk for each byte that a caller wrote, since the store was opened; 0: none
// was written.
double WriteAmplification(const Counters& counters);

}  // namespace strata::http
