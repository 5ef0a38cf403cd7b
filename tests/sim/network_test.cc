// The network of a simulated world.

#include "sim/network.h"

#include <catch2/catch.hpp>

#include <array>

#include "sim/node.h"
#include "sim/sim_testing.h"
#include "sim/world.h"
#include "testing/results.h"

#if defined(STRATA_SIMULATION)
namespace strata::sim {
namespace {

using testing::Must;

const Endpoint kThere{"n", 80};

// Reads until the end, or an error; what there was.
std::string ReadToEnd(Socket& socket, Poller& poller) {
  std::string all;
  std::array<char, 64> buffer;
  while (true) {
    const auto got = socket.Read(buffer);
    if (!got) return all + " broken";
    if (!*got) {
      poller.Wait(std::nullopt);
    } else if (**got == 0) {
      return all;
    } else {
      all.append(buffer.data(), **got);
    }
  }
}

// A server that reads one connection to its end; a client that sends `count` numbers and ends.
std::string Run(std::uint64_t seed, const NetworkOptions& options, int count,
                const std::function<void(World&)>& meanwhile = {}) {
  World world(RandomSeed(seed));
  world.network().Configure(options);
  Node& node = world.AddNode({.name = "n"});
  std::string got;
  bool ready = false;
  node.Spawn("server", [&] {
    Network& network = *node.environment().network;
    const auto poller = Must(network.NewPoller());
    const auto listener = Must(network.Listen(kThere));
    REQUIRE(poller->Add(*listener, 1));
    ready = true;
    std::unique_ptr<Socket> socket;
    while (socket == nullptr) {
      poller->Wait(std::nullopt);
      socket = Must(listener->Accept());
    }
    REQUIRE(poller->Add(*socket, 2, {.read = true}));
    got = ReadToEnd(*socket, *poller);
  });
  world.Spawn("client", [&] {
    while (!ready) world.SleepUntil(world.now_nanos() + 1'000);
    const auto network = world.network().For(kNoNode, "c");
    const auto poller = Must(network->NewPoller());
    const auto socket = Must(network->Connect(kThere));
    REQUIRE(poller->Add(*socket, 1, {.write = true}));
    for (int i = 0; i < count; ++i) {
      const std::string text = std::to_string(i) + " ";
      std::string_view rest = text;
      while (!rest.empty()) {
        const auto sent = socket->Write({&rest, 1});
        if (!sent) return;
        rest.remove_prefix(*sent);
        if (*sent == 0) poller->Wait(std::nullopt);
      }
    }
    socket->EndWriting();
    // Until the server is through: what isn't read when an end closes is lost.
    world.SleepUntil(world.now_nanos() + 200'000'000);
  });
  if (meanwhile) world.Spawn("meanwhile", [&] { meanwhile(world); });
  const Outcome outcome = world.Run();
  INFO(outcome.report);
  CHECK(outcome.done());
  return got;
}

std::string Numbers(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += std::to_string(i) + " ";
  return text;
}

TEST_CASE("bytes keep their order, in pieces of any size and late", "[event-loop]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CHECK(Run(seed, {.window_bytes = 16, .piece_bytes_max = 1 + seed % 3}, 50) == Numbers(50));
  }
}

TEST_CASE("the same seed brings the same bytes at the same times", "[event-loop]") {
  const auto trace = [](std::uint64_t seed) {
    World world(RandomSeed(seed));
    std::uint64_t sum = 0;
    for (int i = 0; i < 100; ++i) sum = sum * 31 + world.random().Next();
    return sum;
  };
  CHECK(trace(5) == trace(5));
  CHECK(Run(5, {.break_one_in = 10}, 30) == Run(5, {.break_one_in = 10}, 30));
}

TEST_CASE("a connection that breaks loses a tail of its bytes, and nothing in between",
          "[event-loop]") {
  int broken = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const std::string got = Run(seed, {.break_one_in = 30, .silent_one_in = 0}, 50);
    const std::size_t end = got.find(" broken");
    if (end == std::string::npos) continue;
    ++broken;
    CHECK(Numbers(50).starts_with(got.substr(0, end)));
  }
  CHECK(broken > 5);
}

TEST_CASE("what is sent over a link that is down arrives when it is up again", "[event-loop]") {
  CHECK(Run(3, {}, 50, [](World& world) {
          world.network().SetLink(kNoNode, 0, false);
          world.SleepUntil(world.now_nanos() + 20'000'000);
          world.network().SetLink(kNoNode, 0, true);
        }) == Numbers(50));
}

TEST_CASE("who connects where nobody listens is told so", "[event-loop]") {
  World world(RandomSeed(1));
  world.Spawn("client", [&] {
    const auto network = world.network().For(kNoNode, "c");
    const auto socket = Must(network->Connect(kThere));
    std::array<char, 8> buffer;
    CHECK_FALSE(socket->Read(buffer));
  });
  CHECK(world.Run().done());
}

TEST_CASE("the connections of a machine break when its power goes", "[event-loop]") {
  World world(RandomSeed(2));
  world.network().Configure({.silent_one_in = 0});
  Node& node = world.AddNode({.name = "n"});
  bool ready = false;
  node.Spawn("server", [&] {
    const auto listener = Must(node.environment().network->Listen(kThere));
    ready = true;
    while (true) node.clock().SleepMicros(1'000);
  });
  world.Spawn("client", [&] {
    while (!ready) world.SleepUntil(world.now_nanos() + 1'000);
    const auto network = world.network().For(kNoNode, "c");
    const auto poller = Must(network->NewPoller());
    const auto socket = Must(network->Connect(kThere));
    REQUIRE(poller->Add(*socket, 1, {.read = true}));
    node.PowerOff(CrashKind::kEverything);
    CHECK(ReadToEnd(*socket, *poller) == " broken");
    const auto again = Must(network->Connect(kThere));
    std::array<char, 8> buffer;
    CHECK_FALSE(again->Read(buffer));
  });
  CHECK(world.Run().done());
}

}  // namespace
}  // namespace strata::sim
#endif
