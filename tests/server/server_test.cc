// A server on this machine's network, with a store in memory.

#include "server/server.h"

#include <catch2/catch.hpp>

#include "io/memory_file_system.h"
#include "server/line_client.h"
#include "server/line_protocol.h"
#include "testing/gated_file_system.h"
#include "testing/results.h"

namespace strata::server {
namespace {

using strata::testing::GatedFileSystem;
using strata::testing::Must;
using testing::LineClient;

struct World {
  explicit World(Limits limits = {}, int loops = 1)
      : environment{.files = &files,
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
                                 .readers = 2,
                                 .limits = limits},
                                *db, environment, stats));
  }

  const Endpoint& endpoint() const { return server->endpoints().front(); }

  const std::unique_ptr<MemoryFileSystem> disk = NewMemoryFileSystem();
  GatedFileSystem files{*disk};
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

TEST_CASE("a client puts, gets and counts over the network", "[event-loop][concurrency]") {
  World world;
  LineClient client(PosixNetwork());
  client.Connect(world.endpoint());
  CHECK(client.Ask("1 put k v") == "1 ok");
  CHECK(client.Ask("2 get k") == "2 = v");
  CHECK(client.Ask("3 add n 5") == "3 = 5");
  CHECK(client.Ask("4 scan") == "4 = k,n");
  REQUIRE(client.Send("5 add n 1\n6 add n 1\n7 get n\n8 delete k\n9 get k\n"));
  CHECK(client.ReadLine() == "5 = 6");
  CHECK(client.ReadLine() == "6 = 7");
  CHECK(client.ReadLine() == "7 = 7");
  CHECK(client.ReadLine() == "8 ok");
  CHECK(client.ReadLine() == "9 none");
}

TEST_CASE("connections are shared out among loops", "[event-loop][concurrency]") {
  World world({}, /*loops=*/3);
  std::vector<std::unique_ptr<LineClient>> clients;
  for (int i = 0; i < 9; ++i) {
    clients.push_back(std::make_unique<LineClient>(PosixNetwork()));
    clients.back()->Connect(world.endpoint());
    CHECK(clients.back()->Ask("t add n 1") == "t = " + std::to_string(i + 1));
  }
  CHECK(world.stats.connections == 9);
  clients.clear();
  Await([&] { return world.stats.connections == 0; });
}

TEST_CASE("a loop goes on while the disk is busy, and a reply waits for it",
          "[event-loop][concurrency]") {
  World world;
  LineClient writer(PosixNetwork());
  LineClient reader(PosixNetwork());
  writer.Connect(world.endpoint());
  reader.Connect(world.endpoint());
  CHECK(writer.Ask("1 put k old") == "1 ok");
  world.files.CloseGate();
  REQUIRE(writer.Send("2 put k new\n"));
  Await([&] { return world.files.waiting() > 0; });
  CHECK(reader.Ask("3 get k") == "3 = old");  // Nobody reads what a crash can take away.
  CHECK_FALSE(writer.ReadLine(20'000));
  world.files.OpenGate();
  CHECK(writer.ReadLine() == "2 ok");
  CHECK(reader.Ask("4 get k") == "4 = new");
}

TEST_CASE("a connection too many is told so", "[event-loop][concurrency]") {
  World world({.connections_max = 2});
  LineClient first(PosixNetwork());
  LineClient second(PosixNetwork());
  LineClient third(PosixNetwork());
  first.Connect(world.endpoint());
  second.Connect(world.endpoint());
  CHECK(first.Ask("1 get k") == "1 none");
  CHECK(second.Ask("1 get k") == "1 none");
  third.Connect(world.endpoint());
  CHECK(third.ReadLine().value_or("").find("connections_max") != std::string::npos);
  CHECK_FALSE(third.ReadLine());
  CHECK(world.stats.over_connections == 1);
  first.Close();
  Await([&] { return world.stats.connections == 1; });
  third.Connect(world.endpoint());
  CHECK(third.Ask("2 get k") == "2 none");
}

TEST_CASE("a server that stops answers what was begun", "[event-loop][concurrency]") {
  World world;
  LineClient client(PosixNetwork());
  LineClient quiet(PosixNetwork());
  client.Connect(world.endpoint());
  quiet.Connect(world.endpoint());
  CHECK(quiet.Ask("1 get k") == "1 none");
  world.files.CloseGate();
  REQUIRE(client.Send("1 put k v\n"));
  Await([&] { return world.files.waiting() > 0; });
  const auto stopping = world.executor->StartThread("stop", [&world] { world.server->Stop(); });
  CHECK_FALSE(quiet.ReadLine());  // It is closed at once.
  world.files.OpenGate();
  CHECK(client.ReadLine() == "1 ok");
  CHECK_FALSE(client.ReadLine());
  LineClient late(PosixNetwork());
  late.Connect(world.endpoint());
  CHECK_FALSE(late.ReadLine());
}

TEST_CASE("a port that is taken is an error that says so", "[event-loop][concurrency]") {
  World world;
  const auto second =
      Server::Start({.fronts = {{.name = "lines",
                                 .endpoint = world.endpoint(),
                                 .factory = testing::LineFactory(*world.db, RealClock())}}},
                    *world.db, world.environment, world.stats);
  REQUIRE_FALSE(second);
  CHECK(second.error().code() == ErrorCode::kBusy);
  CHECK(second.error().message().find("the port is taken") != std::string::npos);
}

TEST_CASE("a write that can't be made is answered with the reason, and reads go on",
          "[event-loop][event-loop.3]") {
  World world;
  LineClient client(PosixNetwork());
  client.Connect(world.endpoint());
  CHECK(client.Ask("1 put k v") == "1 ok");
  REQUIRE(world.db->Close());
  const std::string reply = client.Ask("2 put k w");
  CHECK(reply.starts_with("2 error "));
  CHECK(world.stats.failed_commits == 1);
}

}  // namespace
}  // namespace strata::server
