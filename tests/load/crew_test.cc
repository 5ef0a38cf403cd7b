// Several generators against a Strata server, all in a simulated world: what is asked for over
// gRPC is in the store.

#include "load/crew.h"

#include <catch2/catch.hpp>

#include "api/service.h"
#include "grpc/server_session.h"
#include "server/server.h"
#include "sim/network.h"
#include "sim/node.h"
#include "sim/sim_testing.h"
#include "testing/results.h"

#if defined(STRATA_SIMULATION)
namespace strata::load {
namespace {

using testing::Must;

const Endpoint kServer{"server", 7379};

// A store that is served until stopped.
class StrataServer {
 public:
  explicit StrataServer(sim::World& world) : node_(world.AddNode({.name = kServer.host})) {
    node_.Spawn("main", [this] { Run(); });
  }

  void Stop() { stop_ = true; }
  bool is_ready() const { return ready_; }
  std::uint64_t keys() const { return keys_; }

 private:
  void Run() {
    Options options;
    options.environment = &node_.environment();
    options.sync = SyncMode::kNone;
    const auto db = Must(DB::Open(options, "db"));
    server::ServerStats stats;
    api::Service service(*db, node_.environment());
    const grpc::MethodTable methods = api::MethodsOf(service);
    const server::Limits limits;
    const auto server = Must(server::Server::Start(
        {.fronts = {{.name = "grpc",
                     .endpoint = kServer,
                     .factory =
                         grpc::GrpcFactory({methods, *db, node_.environment(), limits, stats})}},
         .loops = 1,
         .readers = 1,
         .waiters = 1},
        *db, node_.environment(), stats));
    ready_ = true;
    while (!stop_) node_.clock().SleepMicros(1'000);
    server->Stop();
    const auto cursor = Must(db->NewIterator(ReadOptions{}));
    REQUIRE(cursor->SeekToFirst());
    while (cursor->Valid()) {
      ++keys_;
      REQUIRE(cursor->Next());
    }
  }

  sim::Node& node_;
  std::uint64_t keys_ = 0;
  bool ready_ = false;
  bool stop_ = false;
};

TEST_CASE("keys are put, then read, changed and scanned over gRPC", "[client]") {
  constexpr std::uint64_t kKeys = 300;
  sim::World world(
      {.schedule = {.kind = sim::Schedule::Kind::kRandom, .seed = 4}, .points_max = 20'000'000});
  StrataServer server(world);
  sim::Node& machine = world.AddNode({.name = "client"});
  std::unique_ptr<Tally> filled;
  std::unique_ptr<Tally> ran;
  machine.Spawn("load", [&] {
    while (!server.is_ready()) machine.clock().SleepMicros(1'000);
    const CrewOptions options{.load = {.endpoint = kServer,
                                       .connections = 4,
                                       .pipeline = 3,
                                       .requests = 500,
                                       .value_bytes = 30},
                              .threads = 2,
                              .workload = {.mix = {30, 20, 20, 10, 20}}};
    const auto speaker = [] { return NewGrpcSpeaker(GrpcService::kStrata, "server:7379"); };
    const auto never = [] { return false; };
    filled = Must(Preload(options, machine.environment(), speaker, kKeys, never));
    KeySpace keys(kKeys);
    ran = Must(RunLoad(options, machine.environment(), speaker, keys, never));
    server.Stop();
  });
  const sim::Outcome outcome = world.Run();
  INFO(outcome.report);
  REQUIRE(outcome.done());
  const auto of = [](const Tally& tally, Kind kind) -> const KindTally& {
    return tally.kinds[static_cast<std::size_t>(kind)];
  };
  CHECK(filled->failures.empty());
  CHECK(of(*filled, Kind::kInsert).latency.count() == kKeys);
  CHECK(ran->failures.empty());
  CHECK(ran->answered() == 500);
  for (const KindTally& kind : ran->kinds) CHECK(kind.latency.count() > 20);
  CHECK(of(*ran, Kind::kGet).missing <= 5);  // Only of inserts that ended out of order.
  CHECK(server.keys() == kKeys + of(*ran, Kind::kInsert).latency.count());
}

// A service that there isn't: the server's own word for it is the kind of error.
TEST_CASE("calls that the server refuses are counted by their code", "[client]") {
  sim::World world(sim::RandomSeed(4));
  StrataServer server(world);
  sim::Node& machine = world.AddNode({.name = "client"});
  std::unique_ptr<Tally> ran;
  machine.Spawn("load", [&] {
    while (!server.is_ready()) machine.clock().SleepMicros(1'000);
    KeySpace keys(1);
    ran = Must(RunLoad(
        {.load = {.endpoint = kServer, .requests = 5}, .workload = {.mix = {1, 0, 0, 0, 0}}},
        machine.environment(), [] { return NewGrpcSpeaker(GrpcService::kEtcd, "server:7379"); },
        keys, [] { return false; }));
    server.Stop();
  });
  REQUIRE(world.Run().done());
  CHECK(ran->answered() == 0);
  CHECK(ran->failures.at("UNIMPLEMENTED").count == 5);
  CHECK(ran->failures.at("UNIMPLEMENTED").example.find("/etcdserverpb.KV/Range") !=
        std::string::npos);
}

TEST_CASE("a share of the connections and requests for each thread, or a word why not",
          "[client]") {
  sim::World world(sim::RandomSeed(1));
  sim::Node& machine = world.AddNode({.name = "client"});
  machine.Spawn("load", [&] {
    KeySpace keys(1);
    const auto ran = RunLoad({.load = {.connections = 2}, .threads = 3}, machine.environment(),
                             NewRespSpeaker, keys, [] { return false; });
    REQUIRE_FALSE(ran);
    CHECK(ran.error().message() == "more threads than connections or requests");
  });
  CHECK(world.Run().done());
}

}  // namespace
}  // namespace strata::load
#endif
