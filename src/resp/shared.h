// What all connections of a server share: the store, its databases, who is connected, what was
// slow.
//
// Thread safety: any thread.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/authority.h"
#include "io/environment.h"
#include "io/logger.h"
#include "io/mutex.h"
#include "resp/client.h"
#include "resp/cursors.h"
#include "resp/databases.h"
#include "resp/latency.h"
#include "resp/slow_log.h"
#include "server/limits.h"
#include "server/server_stats.h"
#include "stats/request_times.h"
#include "strata/db.h"

namespace strata::resp {

struct CommandStats {
  std::atomic<std::uint64_t> calls{0};
  std::atomic<std::uint64_t> micros{0};
  std::atomic<std::uint64_t> rejected{0};  // Before it was carried out.
  std::atomic<std::uint64_t> failed{0};
};

// Who is connected.
class Clients {
 public:
  void Add(const std::shared_ptr<ClientCard>& card);
  void Remove(server::ConnectionId id);
  std::vector<std::shared_ptr<ClientCard>> All() const;  // By id.
  std::shared_ptr<ClientCard> Find(server::ConnectionId id) const;
  // Sends `line` to those who monitor.
  void TellMonitors(std::string_view line) const;
  bool any_monitors() const { return monitors_.load(std::memory_order_relaxed) > 0; }
  void SetMonitors(ClientCard* card, bool monitors);

 private:
  mutable Mutex mutex_;
  std::map<server::ConnectionId, std::shared_ptr<ClientCard>> cards_ STRATA_GUARDED_BY(mutex_);
  std::atomic<int> monitors_{0};
};

// The options that CONFIG shows and sets.
class Config {
 public:
  struct Parameter {
    std::string name;
    std::string value;
    // Null: it can't be changed while the server runs. Errors: kInvalidArgument.
    std::function<Status(const std::string& value)> apply;
  };

  void Add(Parameter parameter);
  std::vector<std::pair<std::string, std::string>> Matching(std::string_view pattern) const;
  // Errors: kInvalidArgument that says which and why.
  Status Set(std::string_view name, std::string_view value);

 private:
  mutable Mutex mutex_;
  std::map<std::string, Parameter> parameters_ STRATA_GUARDED_BY(mutex_);
};

struct Shared {
  Shared(DB& the_db, const Environment& the_environment, server::ServerStats& the_stats,
         const server::Limits& the_limits);

  DB& db;
  const Environment environment;
  server::ServerStats& stats;
  server::Limits limits;
  Databases databases;
  Clients clients;
  Config config;
  Cursors cursors;
  SlowLog slow_log;
  LatencyMonitor latency;
  RequestTimes times;
  auth::Authority* authority = &auth::Authority::Off();
  Logger* logger = nullptr;                 // Is told of slow requests.
  std::vector<CommandStats> command_stats;  // By Command::number.
  std::atomic<std::uint64_t> errors{0};
  std::atomic<std::uint64_t> hits{0};
  std::atomic<std::uint64_t> misses{0};
  std::string run_id;
  std::uint64_t started_us = 0;  // Wall clock.
  std::uint16_t port = 0;
  std::string version;                // Of Strata.
  std::function<void()> on_shutdown;  // SHUTDOWN: the server is to end. Nothing: nobody can.
};

// What CONFIG shows.
void AddParameters(Shared* shared, SyncMode sync);

}  // namespace strata::resp
