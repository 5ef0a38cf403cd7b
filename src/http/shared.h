// What all connections of the HTTP front share: what they show.
//
// Thread safety: set up by one thread; then any thread.

#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "auth/authority.h"
#include "http/event_ring.h"
#include "http/host_check.h"
#include "http/rates.h"
#include "io/environment.h"
#include "io/logger.h"
#include "resp/shared.h"
#include "server/limits.h"
#include "server/server_stats.h"
#include "stats/request_times.h"
#include "strata/db.h"

namespace strata::http {

// A protocol of the server, as the metrics tell them apart.
struct Api {
  std::string_view name;  // "redis"
  const RequestTimes* times = nullptr;
};

struct Shared {
  Shared(DB& the_db, const Environment& the_environment, server::ServerStats& the_stats,
         const server::Limits& the_limits, EventRing& the_events);

  DB& db;
  const Environment environment;
  server::ServerStats& stats;
  server::Limits limits;
  EventRing& events;
  const std::string run;          // Of this process: ids of events begin with it.
  resp::Shared* redis = nullptr;  // Its slow log and counts are shown, if it is there.
  std::vector<Api> apis;          // This one included.
  RequestTimes times;             // Of this one.
  Rates rates;
  HostCheck hosts;
  auth::Authority* authority = &auth::Authority::Off();
  bool browse = false;           // Keys and values may be looked at.
  std::string version;           // Of Strata.
  std::uint64_t started_us = 0;  // The clock for durations.
  std::atomic<bool> stopping{false};
  std::atomic<std::uint64_t> events_missed{0};  // By clients that were too slow.
};

// Why the server takes no writes, or no requests at all; empty: it is ready.
std::string NotReadyBecause(const Shared& shared, const StoreStats& store);

}  // namespace strata::http
