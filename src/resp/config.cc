// CONFIG: options of the server by the names that Redis has for them.

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "resp/call.h"
#include "resp/command_table.h"

namespace strata::resp {
namespace {

Status ConfigGet(Call& call) {
  std::map<std::string, std::string> found;
  for (const std::string_view pattern : call.words.subspan(2)) {
    for (auto& [name, value] : call.shared.config.Matching(pattern)) found[name] = value;
  }
  call.reply.Map(found.size());
  for (const auto& [name, value] : found) {
    call.reply.Bulk(name);
    call.reply.Bulk(value);
  }
  return {};
}

Status ConfigSet(Call& call) {
  if (call.words.size() % 2 != 0) return call.FailSyntax();
  std::set<std::string> names;
  for (std::size_t i = 2; i < call.words.size(); i += 2) {
    if (!names.insert(LowerCase(call.word(i))).second) {
      return call.Fail("ERR CONFIG SET failed (possibly related to argument '" +
                       std::string(call.word(i)) + "') - duplicate parameter");
    }
  }
  for (std::size_t i = 2; i < call.words.size(); i += 2) {
    STRATA_TRY(call.shared.config.Set(call.word(i), call.word(i + 1)));
  }
  call.reply.Ok();
  return {};
}

Status ConfigResetStat(Call& call) {
  for (CommandStats& stats : call.shared.command_stats) {
    stats.calls = 0;
    stats.micros = 0;
    stats.rejected = 0;
    stats.failed = 0;
  }
  call.shared.errors = 0;
  call.shared.hits = 0;
  call.shared.misses = 0;
  call.reply.Ok();
  return {};
}

Status ConfigRewrite(Call& call) {
  return call.Fail("ERR The server is running without a config file");
}

constexpr Command kCommands[] = {
    {"config", -2, kContainer, {}, "server", "2.0.0", "Commands about options.", nullptr, kAnyUser},
    {"config|get",
     -3,
     kAdmin | kDangerous,
     {},
     "server",
     "2.0.0",
     "Returns options.",
     ConfigGet,
     kObserves},
    {"config|set",
     -4,
     kAdmin | kDangerous,
     {},
     "server",
     "2.0.0",
     "Changes options.",
     ConfigSet,
     kOperates},
    {"config|resetstat",
     2,
     kAdmin | kDangerous,
     {},
     "server",
     "2.0.0",
     "Counts from 0 again.",
     ConfigResetStat,
     kOperates},
    {"config|rewrite",
     2,
     kAdmin | kDangerous,
     {},
     "server",
     "2.8.0",
     "Is an error here.",
     ConfigRewrite,
     kOperates},
};

Status AcceptAny(const std::string& /*value*/) {
  return {};
}

Error NoInteger(std::string_view name) {
  return InvalidArgument("CONFIG SET failed (possibly related to argument '" + std::string(name) +
                         "') - argument couldn't be parsed into an integer");
}

// A number of bytes, with or without a unit. There is no such limit here, but a value that can't be
// one is a mistake all the same.
Status CheckMemory(const std::string& value) {
  const std::size_t digits = std::min(value.find_first_not_of("0123456789"), value.size());
  const std::string unit = LowerCase(std::string_view(value).substr(digits));
  for (const char* known : {"", "b", "k", "kb", "m", "mb", "g", "gb"}) {
    if (digits > 0 && unit == known) return {};
  }
  return InvalidArgument(
      "CONFIG SET failed (possibly related to argument 'maxmemory') - argument must be a memory "
      "value");
}

}  // namespace

// What tools ask for, as it is here.
void AddParameters(Shared* shared, SyncMode sync) {
  Config& config = shared->config;
  const auto fixed = [&](std::string name, std::string value) {
    config.Add({std::move(name), std::move(value), nullptr});
  };
  fixed("databases", std::to_string(kDatabases));
  fixed("maxclients", std::to_string(shared->limits.connections_max));
  fixed("port", std::to_string(shared->port));
  fixed("appendonly", "yes");
  fixed("appendfsync", sync == SyncMode::kAlways     ? "always"
                       : sync == SyncMode::kInterval ? "everysec"
                                                     : "no");
  fixed("timeout", std::to_string(shared->limits.idle_us / 1'000'000));
  fixed("proto-max-bulk-len", std::to_string(shared->limits.argument_bytes_max));
  fixed("client-query-buffer-limit", std::to_string(shared->limits.request_bytes_max));
  config.Add({"save", "", AcceptAny});
  config.Add({"maxmemory", "0", CheckMemory});
  config.Add({"maxmemory-policy", "noeviction", AcceptAny});
  config.Add({"notify-keyspace-events", "", AcceptAny});
  config.Add({"list-max-listpack-size", "128", AcceptAny});
  config.Add({"slowlog-log-slower-than", "10000", [shared](const std::string& value) -> Status {
                const auto number = ParseInteger(value);
                if (!number) return NoInteger("slowlog-log-slower-than");
                shared->slow_log.slower_than_us = *number;
                return {};
              }});
  config.Add({"latency-monitor-threshold", "0", [shared](const std::string& value) -> Status {
                const auto number = ParseInteger(value);
                if (!number || *number < 0) return NoInteger("latency-monitor-threshold");
                shared->latency.threshold_millis = static_cast<std::uint64_t>(*number);
                return {};
              }});
  config.Add({"slowlog-max-len", "128", [shared](const std::string& value) -> Status {
                const auto number = ParseInteger(value);
                if (!number || *number < 0) return NoInteger("slowlog-max-len");
                shared->slow_log.entries_max = static_cast<std::size_t>(*number);
                return {};
              }});
}

std::span<const Command> ConfigCommands() {
  return kCommands;
}

}  // namespace strata::resp
