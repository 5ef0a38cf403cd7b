// A generator in a simulated world, against a server that answers, stalls, refuses and breaks.

#include "load/generator.h"

#include <catch2/catch.hpp>

#include "load_world.h"
#include "sim/sim_testing.h"

#if defined(STRATA_SIMULATION)
namespace strata::load {
namespace {

using testing::FakeServer;
using testing::kServer;
using testing::RespServer;

struct Life {
  FakeServer server = {};
  GeneratorOptions load = {};
  Mix mix = {1, 0, 0, 0, 0};
  std::uint64_t draw_us = 0;  // That the generator takes for each request, by itself.
  std::size_t piece_bytes_max = 0;
};

struct Lived {
  Status status;
  std::unique_ptr<Tally> tally = std::make_unique<Tally>();
  std::uint64_t requests = 0;  // That the server saw.
  std::uint64_t keys = 0;      // That are there at the end.
};

Lived Live(const Life& life) {
  sim::World world(
      {.schedule = {.kind = sim::Schedule::Kind::kRandom, .seed = 1}, .points_max = 5'000'000});
  world.network().Configure(
      {.latency_nanos_max = 20'000, .piece_bytes_max = life.piece_bytes_max, .silent_one_in = 0});
  RespServer server(world, life.server);
  sim::Node& machine = world.AddNode({.name = "client"});
  Lived lived;
  machine.Spawn("load", [&] {
    while (!server.is_ready()) machine.clock().SleepMicros(10);
    KeySpace keys(1'000);
    Operations operations({.mix = life.mix}, keys, Random(3));
    GeneratorOptions options = life.load;
    options.endpoint = kServer;
    Generator generator(options, {.clock = machine.clock(),
                                  .network = *machine.environment().network,
                                  .keys = keys,
                                  .new_speaker = NewRespSpeaker,
                                  .next = [&] {
                                    if (life.draw_us > 0) machine.clock().SleepMicros(life.draw_us);
                                    return std::optional(operations.Next());
                                  }});
    lived.status = generator.Run();
    lived.tally->MergeFrom(generator.tally());
    lived.keys = keys.count();
    server.Stop();
  });
  const sim::Outcome outcome = world.Run();
  INFO(outcome.report);
  REQUIRE(outcome.done());
  lived.requests = server.requests();
  return lived;
}

const Histogram& Gets(const Lived& lived) {
  return lived.tally->kinds[static_cast<std::size_t>(Kind::kGet)].latency;
}

std::uint64_t SlowerThan(const Histogram& latency, std::uint64_t nanos) {
  std::uint64_t count = 0;
  for (const auto& [most, in_bucket] : latency.Buckets()) count += most > nanos ? in_bucket : 0;
  return count;
}

constexpr std::uint64_t kMilli = 1'000'000;

// Coordinated omission: a stall of 100 ms at 1,000 requests a second keeps a hundred users waiting,
// on average for 50 ms.
TEST_CASE("an open loop shows a stall to everybody who came meanwhile", "[client]") {
  const Lived lived = Live({.server = {.stall_at_us = 300'000, .stall_us = 100'000},
                            .load = {.connections = 4,
                                     .rate = 1'000,
                                     .arrivals = Arrivals::kEven,
                                     .duration_us = 1'000'000}});
  REQUIRE(lived.status);
  CHECK(lived.tally->failures.empty());
  const Histogram& gets = Gets(lived);
  CHECK(gets.count() >= 998);
  CHECK(gets.count() <= 1'000);
  CHECK(lived.requests == gets.count());
  CHECK(lived.tally->lag.count() == gets.count());
  CHECK(SlowerThan(gets, 5 * kMilli) >= 92);
  CHECK(SlowerThan(gets, 5 * kMilli) <= 100);
  CHECK(SlowerThan(gets, 50 * kMilli) >= 45);
  CHECK(SlowerThan(gets, 50 * kMilli) <= 55);
  CHECK(gets.max() > 97 * kMilli);
  CHECK(gets.max() < 102 * kMilli);
  CHECK(gets.Percentile(50) < kMilli);
  CHECK(lived.tally->rate() == Approx(1'000).epsilon(0.01));
  CHECK(GeneratorLimit(*lived.tally, 1'000).empty());
}

TEST_CASE("a closed loop shows the same stall to one request of each connection", "[client]") {
  for (const std::size_t connections : {1, 4}) {
    const Lived lived = Live({.server = {.stall_at_us = 50'000, .stall_us = 100'000},
                              .load = {.connections = connections, .duration_us = 200'000}});
    REQUIRE(lived.status);
    CHECK(Gets(lived).count() > 1'000);
    CHECK(SlowerThan(Gets(lived), 5 * kMilli) == connections);
    CHECK(Gets(lived).max() > 95 * kMilli);
  }
}

TEST_CASE("what is due in the warm-up isn't counted, and requests end a run", "[client]") {
  const Lived lived = Live({.server = {},
                            .load = {.connections = 3,
                                     .rate = 1'000,
                                     .arrivals = Arrivals::kEven,
                                     .warmup_us = 100'000,
                                     .requests = 50}});
  REQUIRE(lived.status);
  CHECK(Gets(lived).count() == 50);
  CHECK(lived.requests >= 148);
  CHECK(lived.requests <= 151);
  CHECK(lived.tally->lag.count() == 50);
  CHECK(lived.tally->seconds_ns == Approx(50.0 * kMilli).epsilon(0.05));
}

TEST_CASE("a run may be of one request", "[client][client.4]") {
  const Lived lived = Live({.server = {}, .load = {.connections = 2, .requests = 1}});
  REQUIRE(lived.status);
  CHECK(Gets(lived).count() == 1);
  CHECK(lived.requests == 1);
}

TEST_CASE("each kind is counted by itself, and keys that are missing too", "[client]") {
  const Lived lived = Live({.server = {},
                            .load = {.connections = 2, .pipeline = 4, .requests = 3'000},
                            .mix = {40, 20, 20, 0, 20},
                            .piece_bytes_max = 30});
  REQUIRE(lived.status);
  CHECK(lived.tally->failures.empty());
  const auto of = [&](Kind kind) -> const KindTally& {
    return lived.tally->kinds[static_cast<std::size_t>(kind)];
  };
  CHECK(lived.tally->answered() == 3'000);
  CHECK(of(Kind::kGet).latency.count() == Approx(1'200).epsilon(0.1));
  CHECK(of(Kind::kGet).missing == Approx(120).epsilon(0.4));
  CHECK(of(Kind::kPut).missing == 0);
  CHECK(lived.keys == 1'000 + of(Kind::kInsert).latency.count());
  // A modification is two requests, one after the other.
  CHECK(lived.requests == 3'000 + of(Kind::kModify).latency.count());
  CHECK(of(Kind::kModify).latency.mean() > 1.5 * of(Kind::kPut).latency.mean());
}

TEST_CASE("refusals are counted by kind, with what was said", "[client]") {
  const Lived lived = Live({.server = {.refusal = "OOM no room"},
                            .load = {.connections = 2, .requests = 100},
                            .mix = {1, 1, 0, 0, 0}});
  REQUIRE(lived.status);
  const Failures& oom = lived.tally->failures.at("OOM");
  CHECK(oom.example == "OOM no room");
  CHECK(oom.count + lived.tally->answered() == 100);
  CHECK(oom.count > 20);
  CHECK(lived.tally->failed() == oom.count);
}

TEST_CASE("a connection that breaks is made anew", "[client]") {
  const Lived lived = Live(
      {.server = {.breaks_after = 20},
       .load = {
           .connections = 2, .rate = 1'000, .arrivals = Arrivals::kEven, .duration_us = 500'000}});
  REQUIRE(lived.status);
  CHECK(lived.tally->reconnects == 1);
  CHECK(lived.tally->answered() + lived.tally->failed() >= 498);
  CHECK(lived.tally->failed() <= 1);  // That was under way.
  CHECK(lived.requests >= 498);
}

// The server stalls from the middle to the end: 50 requests wait on connections, 450 for one.
TEST_CASE("what comes to no answer is told", "[client]") {
  const Lived lived = Live({.server = {.stall_at_us = 500'000, .stall_us = 10'000'000},
                            .load = {.connections = 50,
                                     .rate = 1'000,
                                     .arrivals = Arrivals::kEven,
                                     .duration_us = 1'000'000,
                                     .drain_us = 200'000}});
  REQUIRE(lived.status);
  CHECK(lived.tally->failures.at(Tally::kUnanswered).count == 50);
  CHECK(lived.tally->failures.at(Tally::kUnsent).count == Approx(450).margin(5));
  CHECK(lived.tally->answered() + lived.tally->failed() == Approx(1'000).margin(1));
}

TEST_CASE("a server that speaks something else is an error, and no endless reconnecting",
          "[client]") {
  const Lived lived = Live({.server = {.greeting = "HTTP/1.1 400 Bad Request\r\n"},
                            .load = {.connections = 2, .duration_us = 1'000'000}});
  REQUIRE_FALSE(lived.status);
  CHECK(lived.status.error().message().find("doesn't speak the Redis protocol") !=
        std::string::npos);
}

TEST_CASE("a server that isn't there is an error", "[client]") {
  sim::World world(sim::RandomSeed(1));
  sim::Node& machine = world.AddNode({.name = "client"});
  machine.Spawn("load", [&] {
    KeySpace keys(1);
    Generator generator({.endpoint = kServer}, {.clock = machine.clock(),
                                                .network = *machine.environment().network,
                                                .keys = keys,
                                                .new_speaker = NewRespSpeaker,
                                                .next = [] { return std::optional(Operation{}); }});
    const Status ran = generator.Run();
    REQUIRE_FALSE(ran);
    CHECK(ran.error().message().find("connecting to server:6379") != std::string::npos);
  });
  CHECK(world.Run().done());
}

// 200 us of work for each of 10,000 requests a second is twice what a second has.
TEST_CASE("a generator that can't keep up says that it was the limit", "[client]") {
  const Lived lived = Live({.server = {},
                            .load = {.connections = 8,
                                     .rate = 10'000,
                                     .arrivals = Arrivals::kEven,
                                     .duration_us = 200'000},
                            .draw_us = 200});
  REQUIRE(lived.status);
  CHECK(lived.tally->busy() > 0.9);
  CHECK(GeneratorLimit(*lived.tally, 10'000).find("it was the limit") != std::string::npos);
}

TEST_CASE("a generator that is late by itself says so, however idle it was", "[client]") {
  Tally tally;
  for (int i = 0; i < 100; ++i) {
    tally.lag.Record(2 * kMilli);
    tally.kinds[0].latency.Record(3 * kMilli);
  }
  tally.busy_ns = 10;
  tally.run_ns = 100;
  CHECK(GeneratorLimit(tally, 1'000).find("2.0") != std::string::npos);
  CHECK(GeneratorLimit(tally, 0).empty());
  for (int i = 0; i < 100; ++i) tally.kinds[1].latency.Record(40 * kMilli);
  CHECK(GeneratorLimit(tally, 1'000).empty());  // The server was much later.
}

}  // namespace
}  // namespace strata::load
#endif
