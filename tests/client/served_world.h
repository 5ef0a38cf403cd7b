// A body of code on one machine and a server on another, in a simulated world.
//
// Thread safety: the world's. The body must use CHECK, as REQUIRE can't leave its thread.

#pragma once

#include <catch2/catch.hpp>

#include <functional>
#include <string>

#include "client/server_node.h"
#include "strata/client.h"

namespace strata::client::testing {

class ServedWorld {
 public:
  explicit ServedWorld(std::uint64_t seed = 1)
      : world_({.schedule = sim::Schedule::Of(seed, 20'000), .points_max = 20'000'000}),
        server_(world_, "server", [](const std::string& finding) { FAIL_CHECK(finding); }),
        app_(world_.AddNode({.name = "app"})) {}

  // Runs `body`, and then ends the server.
  void Run(const std::function<void(ServedWorld&)>& body) {
    Boot();
    app_.Spawn("body", [&] {
      while (!server_.serving()) Sleep(100);
      body(*this);
      done_ = true;
    });
    const sim::Outcome outcome = world_.Run();
    CHECK(outcome.report == "");
    CHECK(outcome.done());
    CHECK(done_);
  }

  ClientOptions options() {
    return {.endpoints = {server_.endpoint()},
            .connect_us = 20'000,
            .keepalive_us = 50'000,
            .lease_us = 500'000,
            .environment = &app_.environment()};
  }

  // The server dies, and begins anew after so long.
  void Restart(std::uint64_t down_us) {
    server_.node().PowerOff(CrashKind::kRandomSubset);
    app_.clock().SleepMicros(down_us);
    server_.node().PowerOn();
    Boot();
  }
  void BreakConnections() { world_.network().BreakAll(); }
  // While the link is down, what is sent waits on its way.
  void SetLink(bool up) { world_.network().SetLink(kServer, kApp, up); }
  void Sleep(std::uint64_t micros) { app_.clock().SleepMicros(micros); }
  sim::World& world() { return world_; }
  MemoryFileSystem& server_disk() { return server_.node().disk(); }
  const Environment& environment() const { return app_.environment(); }

 private:
  void Boot() {
    server_.Boot([this] { return done_; }, [](DB& /*db*/) {});
  }

  // The nodes' numbers, in the order in which they are made.
  static constexpr sim::NodeId kServer = 0;
  static constexpr sim::NodeId kApp = 1;

  sim::World world_;
  ServerNode server_;
  sim::Node& app_;
  bool done_ = false;
};

}  // namespace strata::client::testing
