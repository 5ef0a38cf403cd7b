#include "resp/latency.h"

#include <catch2/catch.hpp>

#include "resp_world.h"

namespace strata::resp {
namespace {

using testing::RespWorld;

// "command 10:300 12:100 max 300 "
std::string Text(const LatencyMonitor& monitor) {
  std::string text;
  for (const auto& event : monitor.Events()) {
    text += event.name + " ";
    for (const auto& sample : event.samples) {
      text += std::to_string(sample.at_seconds) + ":" + std::to_string(sample.millis) + " ";
    }
    text += "max " + std::to_string(event.millis_max) + " ";
  }
  return text;
}

TEST_CASE("spikes are wanted from the threshold on, and none without one", "[redis-protocol]") {
  LatencyMonitor monitor;
  CHECK_FALSE(monitor.Wants(1'000'000));
  monitor.threshold_millis = 100;
  CHECK_FALSE(monitor.Wants(99));
  CHECK(monitor.Wants(100));
}

TEST_CASE("of a second the longest spike is kept", "[redis-protocol]") {
  LatencyMonitor monitor;
  for (const std::uint64_t millis : {200, 300, 100}) {
    monitor.Note("command", {.at_seconds = 10, .millis = millis});
  }
  monitor.Note("command", {.at_seconds = 12, .millis = 100});
  monitor.Note("fast-command", {.at_seconds = 12, .millis = 5});
  CHECK(Text(monitor) == "command 10:300 12:100 max 300 fast-command 12:5 max 5 ");
  CHECK(monitor.Reset("command"));
  CHECK_FALSE(monitor.Reset("command"));
  CHECK(Text(monitor) == "fast-command 12:5 max 5 ");
}

TEST_CASE("the newest spikes are kept, and the longest of all is remembered", "[redis-protocol]") {
  LatencyMonitor monitor;
  monitor.Note("command", {.at_seconds = 1, .millis = 999});
  for (std::uint64_t second = 2; second < 2 + LatencyMonitor::kSamplesMax; ++second) {
    monitor.Note("command", {.at_seconds = second, .millis = 100});
  }
  const auto events = monitor.Events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].samples.size() == LatencyMonitor::kSamplesMax);
  CHECK(events[0].samples.front().at_seconds == 2);
  CHECK(events[0].millis_max == 999);
}

TEST_CASE("LATENCY tells of requests that took as long as the threshold", "[redis-protocol]") {
  RespWorld world;
  const auto now = [&] { return std::to_string(world.store().clock().WallMicros() / 1'000'000); };
  CHECK(world.Ask({"CONFIG", "GET", "latency-monitor-threshold"}).find("\"0\"") !=
        std::string::npos);
  world.Ask({"DEBUG", "SLEEP", "0.3"});
  CHECK(world.Ask({"LATENCY", "LATEST"}) == "*0\n");
  CHECK(world.Ask({"LATENCY", "DOCTOR"}).find("latency-monitor-threshold 100") !=
        std::string::npos);
  CHECK(world.Ask({"CONFIG", "SET", "latency-monitor-threshold", "-1"}).starts_with("-ERR"));
  CHECK(world.Ask({"CONFIG", "SET", "latency-monitor-threshold", "250"}) == "+OK\n");
  world.Ask({"DEBUG", "SLEEP", "0.2"});
  CHECK(world.Ask({"LATENCY", "LATEST"}) == "*0\n");
  world.store().clock().Advance(2'000'000);
  const std::string first = now();
  world.Ask({"DEBUG", "SLEEP", "0.4"});
  world.store().clock().Advance(2'000'000);
  const std::string second = now();
  world.Ask({"DEBUG", "SLEEP", "0.25"});
  CHECK(world.Ask({"LATENCY", "HISTORY", "command"}) ==
        "*2\n*2\n:" + first + "\n:400\n*2\n:" + second + "\n:250\n");
  CHECK(world.Ask({"LATENCY", "LATEST"}) ==
        "*1\n*4\n$7 \"command\"\n:" + second + "\n:250\n:400\n");
  CHECK(world.Ask({"LATENCY", "HISTORY", "fast-command"}) == "*0\n");
  CHECK(world.Ask({"LATENCY", "DOCTOR"}).find("the longest of 400 ms") != std::string::npos);
  CHECK(world.Ask({"LATENCY", "RESET", "no", "command"}) == ":1\n");
  CHECK(world.Ask({"LATENCY", "RESET"}) == ":0\n");
  CHECK(world.Ask({"LATENCY", "LATEST"}) == "*0\n");
}

}  // namespace
}  // namespace strata::resp
