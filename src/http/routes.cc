#include "http/routes.h"

#include <algorithm>
#include <array>

#include "http/assets.h"

namespace strata::http {
namespace {

void Anybody(const Request& /*request*/, auth::Needs* needs) {
  needs->Anybody();
}
void Observe(const Request& /*request*/, auth::Needs* needs) {
  needs->Server(auth::Action::kObserve);
}
// Keys, and values: the browser shows any of the table.
void Browse(const Request& request, auth::Needs* needs) {
  const std::string table = Parameter(request.query, "table").value_or("");
  auth::Needs borrowed;
  borrowed.Table(auth::Action::kScan | auth::Action::kRead, table);
  needs->AddCopies(borrowed);
}

constexpr std::array<Route, 8> kRoutes = {{
    {.path = "/metrics",
     .access = Access(Observe),
     .where = Where::kReader,
     .handler = Metrics,
     .summary = "All that is counted, for Prometheus"},
    {.path = "/livez",
     .access = Access(Anybody),
     .where = Where::kLoop,
     .handler = Livez,
     .summary = "200: the process answers; nothing else is looked at",
     .any_host = true},
    {.path = "/readyz",
     .access = Access(Anybody),
     .where = Where::kReader,
     .handler = Readyz,
     .summary = "200: it takes reads and writes; 503 and why not; `?verbose`: each check",
     .any_host = true},
    {.path = "/version",
     .access = Access(Anybody),
     .where = Where::kLoop,
     .handler = Version,
     .summary = "Version and compiler"},
    {.path = "/api/v1/events",
     .access = Access(Observe),
     .where = Where::kStream,
     .summary =
         "What the store does, as it happens: Server-Sent Events; `?since=ID` goes on there"},
    {.path = "/api/v1/stats",
     .access = Access(Observe),
     .where = Where::kReader,
     .handler = Stats,
     .summary = "What the dashboard shows, as JSON"},
    {.path = "/api/v1/keys",
     .access = Access(Browse),
     .where = Where::kReader,
     .handler = Keys,
     .summary = "Keys: `?prefix=`, `after_b64=`, `limit=`, `table=`; only with `--browse`"},
    {.path = "/api/v1/value",
     .access = Access(Browse),
     .where = Where::kReader,
     .handler = Value,
     .summary = "The beginning of a value: `?key_b64=`, `table=`; only with `--browse`"},
}};

constexpr Route kFile = {.path = "/",
                         .access = Access(Anybody),
                         .where = Where::kLoop,
                         .handler = DashboardFile,
                         .summary = "The dashboard"};

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
