// A server between its start and its end: what signals ask of it, and what the service manager is
// told.
//
// Thread safety: one thread.

#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "io/clock.h"
#include "io/logger.h"
#include "io/service_manager.h"
#include "io/stop_signals.h"
#include "server/server.h"

namespace strata::cli {

class Supervision {
 public:
  // All borrowed.
  Supervision(const StopSignals& signals, const ServiceManager& manager, Clock& clock,
              Logger& logger)
      : signals_(signals), manager_(manager), clock_(clock), logger_(logger) {}

  void Opening() { Tell("STATUS=opening the store"); }
  // Returns when the server is to end. All its fronts answer: that is told, with `status`; as is
  // what happens from now on. `reload` is called where its settings are to be read again.
  void AwaitStop(server::Server& server, std::string_view status,
                 const std::function<void()>& reload);

 private:
  void Tell(std::string_view message);

  const StopSignals& signals_;
  const ServiceManager& manager_;
  Clock& clock_;
  Logger& logger_;
};

}  // namespace strata::cli
