#include "http/routes.h"

#include <algorithm>
#include <array>

#include "http/assets.h"

namespace strata::http {
namespace {

constexpr std::array<Route, 8> kRoutes = {{
    {.path = "/metrics",
     .where = Where::kReader,
     .handler = Metrics,
     .summary = "All that is counted, for Prometheus"},
    {.path = "/livez",
     .where = Where::kLoop,
     .handler = Livez,
     .summary = "200: the process answers; nothing else is looked at",
     .any_host = true},
    {.path = "/readyz",
     .where = Where::kReader,
     .handler = Readyz,
     .summary = "200: it takes reads and writes; 503 and why not; `?verbose`: each check",
     .any_host = true},
    {.path = "/version",
     .where = Where::kLoop,
     .handler = Version,
     .summary = "Version and compiler"},
    {.path = "/api/v1/events",
     .where = Where::kStream,
     .summary =
         "What the store does, as it happens: Server-Sent Events; `?since=ID` goes on there"},
    {.path = "/api/v1/stats",
     .where = Where::kReader,
     .handler = Stats,
     .summary = "What the dashboard shows, as JSON"},
    {.path = "/api/v1/keys",
     .where = Where::kReader,
     .handler = Keys,
     .summary = "Keys: `?prefix=`, `after_b64=`, `limit=`, `table=`; only with `--browse`"},
    {.path = "/api/v1/value",
     .where = Where::kReader,
     .handler = Value,
     .summary = "The beginning of a value: `?key_b64=`, `table=`; only with `--browse`"},
}};

constexpr Route kFile = {
    .path = "/", .where = Where::kLoop, .handler = DashboardFile, .summary = "The dashboard"};

}  // namespace

std::span<const Route> Routes() {
  return kRoutes;
}

const Route* FindRoute(std::string_view path) {
  const auto* const at = std::find_if(kRoutes.begin(), kRoutes.end(),
                                      [&](const Route& route) { return route.path == path; });
  if (at != kRoutes.end()) return at;
  return FindAsset(path) != nullptr ? &kFile : nullptr;
}

Answer DashboardFile(const Asked& asked) {
  const Asset& asset = *FindAsset(asked.request.path);
  return {.type = asset.type, .body = std::string(asset.bytes)};
}

}  // namespace strata::http
