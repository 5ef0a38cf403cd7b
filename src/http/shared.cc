#include "http/shared.h"

#include <array>
#include <cstdio>

namespace strata::http {
namespace {

std::string RunOf(std::uint64_t bits) {
  std::array<char, 16> text;
  (void)std::snprintf(text.data(), text.size(), "%08x", static_cast<unsigned>(bits));
  return text.data();
}

}  // namespace

Shared::Shared(DB& the_db, const Environment& the_environment, server::ServerStats& the_stats,
               const server::Limits& the_limits, EventRing& the_events)
    : db(the_db),
      environment(the_environment),
      stats(the_stats),
      limits(the_limits),
      events(the_events),
      run(RunOf(the_environment.entropy())),
      started_us(the_environment.clock->NowMicros()) {
  apis.push_back({.name = "http", .times = &times});
}

std::string NotReadyBecause(const Shared& shared, const StoreStats& store) {
  if (shared.stopping) return "the server is stopping";
  if (!store.read_only_cause.empty()) {
    return "the store takes no writes: " + store.read_only_cause;
  }
  return "";
}

}  // namespace strata::http
