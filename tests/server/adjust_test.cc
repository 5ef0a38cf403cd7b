// What is asked of a server while it serves: other limits, and whether it is alive.

#include <catch2/catch.hpp>

#include <atomic>

#include "io/memory_file_system.h"
#include "server/line_client.h"
#include "server/line_protocol.h"
#include "server/server.h"
#include "testing/results.h"

namespace strata::server {
namespace {

using strata::testing::Must;
using testing::LineClient;

struct World {
  explicit World(std::function<void()> on_tick = {}, int loops = 1)
      : environment{.files = files.get(),
                    .clock = &RealClock(),
                    .executor = executor.get(),
                    .entropy = SeededEntropy(1),
                    .network = &PosixNetwork()} {
    Options options;
    options.environment = &environment;
    db = Must(DB::Open(options, "db"));
    server = Must(Server::Start({.fronts = {{.name = "lines",
                                             .endpoint = {.host = "127.0.0.1"},
                                             .factory = testing::LineFactory(*db, RealClock())}},
                                 .loops = loops,
                                 .on_tick = std::move(on_tick)},
                                *db, environment, stats));
  }

  const std::unique_ptr<MemoryFileSystem> files = NewMemoryFileSystem();
  const std::unique_ptr<Executor> executor = NewThreadExecutor(1, 2, RealClock());
  Environment environment;
  ServerStats stats;
  std::unique_ptr<DB> db;
  std::unique_ptr<Server> server;
};

// Until it is so; a test that never gets there fails by its time limit.
template <typename Holds>
void Await(const Holds& holds) {
  while (!holds()) RealClock().SleepMicros(200);
}

TEST_CASE("a limit that is changed holds from then on, also for who is connected",
          "[observability][concurrency]") {
  World world;
  LineClient first(PosixNetwork());
  first.Connect(world.server->endpoints().front());
  CHECK(first.Ask("1 put k v") == "1 ok");
  Limits limits;
  limits.connections_max = 1;
  limits.reply_bytes_max = 3;
  world.server->Adjust(limits);
  LineClient second(PosixNetwork());
  second.Connect(world.server->endpoints().front());
  CHECK(second.ReadLine().value_or("").find("connections_max is 1") != std::string::npos);
  REQUIRE(first.Send("2 get k\n"));
  CHECK_FALSE(first.ReadLine());
  CHECK(world.stats.over_replies == 1);
}

TEST_CASE("a server is alive while each of its loops comes round", "[observability][concurrency]") {
  std::atomic<bool> held{false};
  std::atomic<bool> hold{false};
  World world(
      [&] {
        if (!hold || held.exchange(true)) return;
        Await([&] { return !hold; });
      },
      /*loops=*/2);
  Await([&] { return world.server->HasTurned(); });
  hold = true;
  Await([&] { return held.load(); });
  (void)world.server->HasTurned();  // It came round before it was held up.
  CHECK_FALSE(world.server->HasTurned());
  CHECK_FALSE(world.server->HasTurned());
  hold = false;
  Await([&] { return world.server->HasTurned(); });
}

}  // namespace
}  // namespace strata::server
