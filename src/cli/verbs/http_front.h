// The HTTP front of `strata serve`: its flags, and what it shows.
//
// Thread safety: none; one thread sets it up.

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/session.h"
#include "http/shared.h"
#include "resp/shared.h"
#include "server/server.h"

namespace strata::cli {

class HttpFront {
 public:
  static constexpr std::string_view kUsual = "127.0.0.1:8379";

  void Declare(Flags& flags);
  // Where it is to listen; nothing: nowhere. Errors: kInvalidArgument.
  Result<std::optional<Endpoint>> At() const;
  // Somebody said where.
  bool asked() const { return asked_.has_value(); }

  // Before the store is opened: its events are kept from now on.
  void KeepEvents(Options* engine);
  // What it shows must outlive the server. It is one of the fronts then.
  void AddTo(server::ServerOptions* options, const Endpoint& endpoint, DB& db,
             const Environment& environment, server::ServerStats& stats, resp::Shared& redis);
  // Another protocol whose requests are timed, to be shown. Both are borrowed. REQUIRES: AddTo was
  // called.
  void AddApi(std::string_view name, const RequestTimes& times);
  // Borrowed: its handshakes are shown.
  void ShowTls(const tls::Counts& counts);
  // What it shows of them from now on.
  void Adjust(const server::Limits& limits);
  // From now on it isn't ready.
  void NoteStopping();

 private:
  std::optional<std::string> asked_;
  std::string hosts_;
  bool browse_ = false;
  // The store may tell of events until it is closed, which is after this is gone.
  std::shared_ptr<http::EventRing> events_;
  std::unique_ptr<http::Shared> shared_;
};

}  // namespace strata::cli
