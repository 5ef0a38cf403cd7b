// LATENCY: see latency.h.

#include "resp/call.h"
#include "resp/command_table.h"

namespace strata::resp {
namespace {

Status LatencyLatest(Call& call) {
  const auto events = call.shared.latency.Events();
  call.reply.Array(events.size());
  for (const LatencyMonitor::Event& event : events) {
    const LatencyMonitor::Sample& last = event.samples.back();
    call.reply.Array(4);
    call.reply.Bulk(event.name);
    call.reply.Integer(static_cast<std::int64_t>(last.at_seconds));
    call.reply.Integer(static_cast<std::int64_t>(last.millis));
    call.reply.Integer(static_cast<std::int64_t>(event.millis_max));
  }
  return {};
}

Status LatencyHistory(Call& call) {
  for (const LatencyMonitor::Event& event : call.shared.latency.Events()) {
    if (!EqualsIgnoringCase(call.word(2), event.name)) continue;
    call.reply.Array(event.samples.size());
    for (const LatencyMonitor::Sample& sample : event.samples) {
      call.reply.Array(2);
      call.reply.Integer(static_cast<std::int64_t>(sample.at_seconds));
      call.reply.Integer(static_cast<std::int64_t>(sample.millis));
    }
    return {};
  }
  call.reply.Array(0);
  return {};
}

// Without names: all.
Status LatencyReset(Call& call) {
  std::int64_t count = 0;
  if (call.words.size() == 2) {
    for (const auto& event : call.shared.latency.Events()) {
      count += call.shared.latency.Reset(event.name) ? 1 : 0;
    }
  }
  for (const std::string_view name : call.words.subspan(2)) {
    count += call.shared.latency.Reset(LowerCase(name)) ? 1 : 0;
  }
  call.reply.Integer(count);
  return {};
}

Status LatencyDoctor(Call& call) {
  const std::uint64_t threshold = call.shared.latency.threshold_millis;
  std::string text;
  for (const LatencyMonitor::Event& event : call.shared.latency.Events()) {
    text += event.name + ": spikes in " + std::to_string(event.samples.size()) +
            " seconds, the last of " + std::to_string(event.samples.back().millis) +
            " ms, the longest of " + std::to_string(event.millis_max) + " ms\n";
  }
  if (threshold == 0) {
    text += "Nothing is kept: CONFIG SET latency-monitor-threshold 100 keeps what takes 100 ms.\n";
  } else if (text.empty()) {
    text = "No request took " + std::to_string(threshold) + " ms.\n";
  }
  text += "SLOWLOG GET names the requests that were slow.\n";
  call.reply.Verbatim("txt", text);
  return {};
}

Status LatencyHelp(Call& call) {
  call.reply.Array(2);
  call.reply.Simple("LATENCY <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
  call.reply.Simple("DOCTOR, HELP, HISTORY event, LATEST, RESET [event ...]");
  return {};
}

constexpr Command kCommands[] = {
    {"latency",
     -2,
     kContainer,
     {},
     "server",
     "2.8.13",
     "Commands about latency.",
     nullptr,
     kAnyUser},
    {"latency|latest",
     2,
     kAdmin,
     {},
     "server",
     "2.8.13",
     "Returns the last and the longest spike of each event.",
     LatencyLatest,
     kObserves},
    {"latency|history",
     3,
     kAdmin,
     {},
     "server",
     "2.8.13",
     "Returns the spikes of an event.",
     LatencyHistory,
     kObserves},
    {"latency|reset",
     -2,
     kAdmin,
     {},
     "server",
     "2.8.13",
     "Forgets events.",
     LatencyReset,
     kOperates},
    {"latency|doctor",
     2,
     kAdmin,
     {},
     "server",
     "2.8.13",
     "Sums the spikes up.",
     LatencyDoctor,
     kObserves},
    {"latency|help", 2, 0, {}, "server", "2.8.13", "Lists the subcommands.", LatencyHelp, kAnyUser},
};

}  // namespace

std::span<const Command> LatencyCommands() {
  return kCommands;
}

}  // namespace strata::resp
