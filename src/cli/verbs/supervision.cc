#include "cli/verbs/supervision.h"

#include <optional>

namespace strata::cli {
namespace {

constexpr std::uint64_t kPingsPerDeadline = 3;

}  // namespace

void Supervision::AwaitStop(server::Server& server, std::string_view status,
                            const std::function<void()>& reload) {
  const std::string ready = "READY=1\nSTATUS=" + std::string(status);
  Tell(ready);
  const auto deadline_us = manager_.watchdog_us();
  while (true) {
    const std::optional<StopSignal> signal =
        deadline_us ? signals_.WaitFor(*deadline_us / kPingsPerDeadline) : signals_.Wait();
    if (!signal) {
      if (server.HasTurned()) Tell("WATCHDOG=1");
      continue;
    }
    if (*signal == StopSignal::kStop) break;
    Tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(clock_.NowMicros()));
    reload();
    Tell(ready);
  }
  logger_.Log(LogLevel::kInfo, "stopping");
  Tell("STOPPING=1\nSTATUS=stopping");
}

void Supervision::Tell(std::string_view message) {
  const Status told = manager_.Tell(message);
  if (told) return;
  logger_.Log(LogLevel::kWarn, "the service manager isn't told",
              {{"message", message.substr(0, message.find('\n'))},
               {"error", std::string_view(told.error().message())}});
}

}  // namespace strata::cli
