#include "cli/verbs/serve_limits.h"

#include <algorithm>
#include <limits>

#include "cli/format/quantity.h"

namespace strata::cli {

void ServeLimits::Declare(Flags& flags) {
  const auto reloadable = [&flags] { flags.last().is_reloadable = true; };
  flags.Group("Limits");
  flags.Integer("connections-max", &connections_max_, 1, "Connections at a time (10000)");
  reloadable();
  flags.DurationMicros("idle", &idle_us_,
                       "Close connections that are silent for so long; 0: never (0)");
  reloadable();
  flags.DurationMicros("stuck", &stuck_us_,
                       "Close connections that don't take their replies for so long (1m)");
  reloadable();
  flags.Size("reply-pause", &reply_bytes_pause_,
             "With so much that it hasn't taken, none of a client's requests is begun (1MiB)");
  reloadable();
  flags.Size("reply-max", &reply_bytes_max_,
             "With so much that it hasn't taken it is closed (1GiB)");
  reloadable();
  flags.Size("buffers-max", &buffer_bytes_max_,
             "Requests and replies under way, of all connections together (2GiB)");
  reloadable();
  flags.DurationMicros("grace", &stop_us_,
                       "How long requests under way may take to end when it stops (10s)");
  reloadable();
  flags
      .Add("slow-log", "TIME|never", "Requests that take so long are in the slow log (10ms)",
           [this](std::string_view text) -> Status {
             if (text == "never") {
               slower_than_us_ = -1;
               return {};
             }
             STRATA_TRY_ASSIGN(const std::uint64_t micros, ParseDurationMicros(text));
             constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
             slower_than_us_ = static_cast<std::int64_t>(std::min<std::uint64_t>(micros, kMost));
             return {};
           })
      .show = [this]() -> std::optional<std::string> {
    if (slower_than_us_ < 0) return "never";
    return DurationText(static_cast<std::uint64_t>(slower_than_us_));
  };
  reloadable();
  flags.Integer("slow-log-entries", &slow_entries_, 0, "Requests that the slow log keeps (128)");
  reloadable();
}

server::Limits ServeLimits::Limits() const {
  return {.connections_max = static_cast<std::size_t>(connections_max_),
          .reply_bytes_pause = reply_bytes_pause_,
          .reply_bytes_max = reply_bytes_max_,
          .buffer_bytes_max = buffer_bytes_max_,
          .stuck_us = stuck_us_,
          .idle_us = idle_us_,
          .stop_us = stop_us_};
}

std::vector<std::string> ServeLimits::AllTold() {
  return {"connections-max", "idle", "slow-log", "slow-log-entries"};
}

Status ServeLimits::Tell(resp::Shared* shared, const std::vector<std::string>& names) const {
  resp::Config& config = shared->config;
  for (const std::string& name : names) {
    if (name == "connections-max") {
      config.Add({"maxclients", std::to_string(connections_max_), nullptr});
    } else if (name == "idle") {
      config.Add({"timeout", std::to_string(idle_us_ / 1'000'000), nullptr});
    } else if (name == "slow-log") {
      STRATA_TRY(config.Set("slowlog-log-slower-than", std::to_string(slower_than_us_)));
    } else if (name == "slow-log-entries") {
      STRATA_TRY(config.Set("slowlog-max-len", std::to_string(slow_entries_)));
    }
  }
  return {};
}

}  // namespace strata::cli
