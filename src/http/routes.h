// What can be asked for, by path, and what answers.
//
// Thread safety: constants; a handler may run on any thread.

#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "auth/needs.h"
#include "http/answer.h"
#include "http/request.h"
#include "http/shared.h"
#include "server/keyspace.h"

namespace strata::http {

struct Asked {
  const Request& request;
  Shared& shared;
  server::Keyspace* keyspace = nullptr;  // For Where::kReader alone.
};

enum class Where : std::uint8_t {
  kLoop,    // At once: it looks at nothing that could keep it waiting.
  kReader,  // By a thread that may wait: for the store's mutex, or for the disk.
  kStream,  // It doesn't end: see EventStream.
};

// What a route needs. There is none without.
using List = void (*)(const Request& request, auth::Needs* needs);

struct Access {
  constexpr explicit Access(List the_list) : list(the_list) {}
  List list;
};

struct Route {
  std::string_view path;
  Access access;
  Where where = Where::kLoop;
  Answer (*handler)(const Asked& asked) = nullptr;
  std::string_view summary;
  bool any_host = false;  // What only says "ok" may be asked by whatever name.
};

// All of them but the files of the dashboard.
std::span<const Route> Routes();
// Null: there is none of this path.
const Route* FindRoute(std::string_view path);

// Each file of handlers has some.
Answer Livez(const Asked& asked);
Answer Readyz(const Asked& asked);
Answer Version(const Asked& asked);
Answer Metrics(const Asked& asked);
Answer Stats(const Asked& asked);
Answer Keys(const Asked& asked);
Answer Value(const Asked& asked);
Answer DashboardFile(const Asked& asked);

}  // namespace strata::http
