// One connection without a loop: a socket that gives and takes what the test says.

#include "server/connection.h"

#include <catch2/catch.hpp>

#include <deque>

#include "server/committer.h"
#include "server/draft.h"
#include "server/line_protocol.h"
#include "testing/test_store.h"

namespace strata::server {
namespace {

using strata::testing::TestStore;

struct Wire {
  std::deque<std::string> to_server;  // A piece a read; an empty one is the end.
  std::string to_client;
  std::size_t takes = 1 << 30;  // So many bytes more.
  bool broken = false;
};

class FakeSocket final : public Socket {
 public:
  explicit FakeSocket(Wire& wire) : wire_(wire) {}

  Result<std::optional<std::size_t>> Read(std::span<char> into) override {
    if (wire_.broken) return Error(ErrorCode::kIo, "reset");
    if (wire_.to_server.empty()) return std::optional<std::size_t>();
    std::string& piece = wire_.to_server.front();
    const std::size_t count = std::min(into.size(), piece.size());
    std::copy_n(piece.begin(), count, into.begin());
    piece.erase(0, count);
    if (piece.empty()) wire_.to_server.pop_front();
    return std::optional<std::size_t>(count);
  }
  Result<std::size_t> Write(std::span<const std::string_view> parts) override {
    if (wire_.broken) return Error(ErrorCode::kIo, "reset");
    std::size_t count = 0;
    for (const std::string_view part : parts) {
      const std::string_view taken = part.substr(0, wire_.takes);
      wire_.to_client += taken;
      wire_.takes -= taken.size();
      count += taken.size();
    }
    return count;
  }
  void EndWriting() override {}
  const Endpoint& peer() const override { return peer_; }

 private:
  Wire& wire_;
  const Endpoint peer_{"test", 1};
};

// A connection and the loop's part in its turns.
struct World {
  explicit World(const Limits& the_limits = {}, std::size_t requests_max = 64)
      : limits(the_limits),
        connection(
            7, std::make_unique<FakeSocket>(wire),
            testing::LineFactory(*store, store.clock(), {.requests_max = requests_max})({.id = 7}),
            limits, stats, 0) {}

  // As often as there is something to read.
  void Turn() {
    connection.Receive(scratch, now_us);
    Finish();
  }
  void Finish() {
    if (auto work = connection.TakeWork()) works.push_back(std::move(work));
    connection.Send(now_us);
    connection.Account();
    connection.Settle();
  }
  void CarryOut() {
    Draft draft(*store, store.clock().WallMicros());
    for (auto& work : std::exchange(works, {})) {
      work->Run(draft);
      REQUIRE(draft.Commit());
      connection.FinishWork(std::move(work));
    }
    connection.GoOn();
    Finish();
  }

  TestStore store;
  ServerStats stats;
  Limits limits;
  Wire wire;
  Connection connection;
  std::vector<std::unique_ptr<Work>> works;
  std::vector<char> scratch = std::vector<char>(4096);
  std::uint64_t now_us = 0;
};

TEST_CASE("what was read goes to the protocol, and the rest is kept",
          "[event-loop][event-loop.1]") {
  World world;
  std::vector<bool> worked;
  for (const char* const piece : {"a put k", " v\nb pu", "t k w\n"}) {
    world.wire.to_server.emplace_back(piece);
    world.connection.Receive(world.scratch, 0);
    auto work = world.connection.TakeWork();
    worked.push_back(work != nullptr);
    if (work == nullptr) continue;
    Draft draft(*world.store, world.store.clock().WallMicros());
    work->Run(draft);
    REQUIRE(draft.Commit());
    world.connection.FinishWork(std::move(work));
    world.connection.GoOn();
  }
  CHECK(worked == std::vector<bool>{false, true, true});
  std::string value;
  CHECK(world.store->Get("k", &value).value());
  CHECK(value == "w");
}

TEST_CASE("a request may come byte by byte", "[event-loop][event-loop.1]") {
  World world;
  for (const char c : std::string("a put k v\nb get k\n")) {
    world.wire.to_server.emplace_back(1, c);
    world.Turn();
    if (!world.works.empty()) world.CarryOut();
  }
  CHECK(world.wire.to_client == "a ok\nb = v\n");
}

TEST_CASE("what is whole is carried out, and what isn't waits for the rest",
          "[event-loop][event-loop.1]") {
  World world;
  world.wire.to_server = {"a get k\nb get k\nc ge"};
  world.Turn();
  CHECK(world.wire.to_client == "a none\nb none\n");
  world.wire.to_server = {"t k\n"};
  world.Turn();
  CHECK(world.wire.to_client == "a none\nb none\nc none\n");
}

TEST_CASE("nothing behind a work is begun before it is done", "[event-loop][event-loop.1]") {
  World world;
  world.wire.to_server = {"a put k 1\nb get k\n", "c get k\n"};
  world.Turn();
  CHECK(world.works.size() == 1);
  world.Turn();  // It isn't read meanwhile,
  CHECK(world.wire.to_server.size() == 1);
  CHECK_FALSE(world.connection.Wanted().read);  // and the poller needn't tell of it.
  CHECK(world.wire.to_client.empty());
  world.CarryOut();
  CHECK(world.connection.Wanted().read);
  world.Turn();
  CHECK(world.wire.to_client == "a ok\nb = 1\nc = 1\n");
}

TEST_CASE("a turn takes a share of the requests, and the next goes on",
          "[event-loop][event-loop.1]") {
  World world({}, /*requests_max=*/2);
  world.wire.to_server = {"a get k\nb get k\nc get k\nd get k\ne get k\n"};
  world.Turn();
  CHECK(world.wire.to_client == "a none\nb none\n");
  CHECK(world.connection.HasMore());
  while (world.connection.HasMore()) {
    world.connection.GoOn();
    world.Finish();
  }
  CHECK(world.wire.to_client == "a none\nb none\nc none\nd none\ne none\n");
}

TEST_CASE("a client that doesn't take its replies is asked nothing more",
          "[event-loop][event-loop.2]") {
  World world({.reply_bytes_pause = 1'000}, /*requests_max=*/1);
  world.wire.takes = 500;
  world.wire.to_server = {"a large 2000\nb large 10\n", "c get k\n"};
  world.Turn();
  CHECK(world.wire.to_client.size() == 500);
  CHECK(world.connection.Wanted() == Interest{.read = true, .write = true});
  CHECK_FALSE(world.connection.HasMore());  // Though it sent more.
  world.Turn();
  CHECK_FALSE(world.connection.Wanted().read);
  world.wire.takes = 1 << 20;
  world.Finish();
  CHECK(world.connection.HasMore());
  CHECK(world.connection.Wanted() == Interest{.read = false, .write = false});
  world.connection.GoOn();
  world.Finish();
  CHECK(world.connection.Wanted().read);
  CHECK(world.wire.to_client.ends_with("b = xxxxxxxxxx\n"));
}

TEST_CASE("a client that takes nothing for too long is closed", "[event-loop][event-loop.2]") {
  World world({.stuck_us = 1'000'000});
  world.wire.takes = 1;
  world.wire.to_server = {"a large 20\n"};
  world.Turn();
  world.connection.Tick(900'000);
  CHECK_FALSE(world.connection.IsOver());
  world.wire.takes = 1;
  world.now_us = 900'000;
  world.Finish();  // It took a byte.
  world.connection.Tick(1'800'000);
  CHECK_FALSE(world.connection.IsOver());
  world.now_us = 1'850'000;
  world.Finish();  // It was offered more, and took nothing.
  world.connection.Tick(1'900'001);
  CHECK(world.connection.IsOver());
  CHECK(world.stats.stuck == 1);
}

TEST_CASE("a silent client is closed if the limits say so", "[event-loop]") {
  World world({.idle_us = 1'000'000});
  world.connection.Tick(1'000'000);
  CHECK_FALSE(world.connection.IsOver());
  world.connection.Tick(1'000'001);
  CHECK(world.connection.IsOver());
  CHECK(world.stats.idle == 1);
}

TEST_CASE("who sends no more is answered, then closed", "[event-loop]") {
  World world;
  world.wire.to_server = {"a put k v\n", ""};
  world.Turn();
  world.CarryOut();
  world.Turn();
  CHECK(world.wire.to_client == "a ok\n");
  CHECK(world.connection.IsOver());
}

TEST_CASE("a request that is too large is refused with the limit's name", "[event-loop]") {
  World world({.request_bytes_max = 100});
  world.wire.to_server = {std::string(101, 'x')};
  world.Turn();
  CHECK(world.wire.to_client.find("request_bytes_max") != std::string::npos);
  CHECK(world.connection.IsOver());
  CHECK(world.stats.over_request == 1);
}

TEST_CASE("limits that the protocol met are counted, each time", "[event-loop]") {
  World world;
  world.wire.to_server = {"1 over a\n2 over b\n3 over a\n"};
  world.Turn();
  CHECK(world.stats.over_request == 3);
  world.wire.to_server = {"4 get k\n"};
  world.Turn();
  CHECK(world.stats.over_request == 3);
}

TEST_CASE("replies past the limit close the connection", "[event-loop]") {
  World world({.reply_bytes_max = 1'000});
  world.wire.takes = 0;
  world.connection.Push(std::string(1'001, 'x'));
  CHECK(world.connection.IsOver());
  CHECK(world.stats.over_replies == 1);
}

TEST_CASE("buffers of all connections have a limit, and are counted back", "[event-loop]") {
  ServerStats* stats = nullptr;
  {
    World world({.buffer_bytes_max = 100'000});
    stats = &world.stats;
    world.wire.takes = 0;
    world.stats.buffer_bytes = 90'000;  // Others'.
    world.wire.to_server = {"a large 20000\n"};
    world.Turn();
    CHECK(world.stats.over_buffers == 0);  // It is small.
    world.wire.to_server = {"b large 70000\n"};
    world.Turn();
    CHECK(world.stats.over_buffers == 1);
    world.wire.takes = 1 << 20;
    world.Finish();
    CHECK(world.wire.to_client.find("buffer_bytes_max") != std::string::npos);
    CHECK(world.connection.IsOver());
    world.connection.Tick(0);
    world.connection.Account();
    CHECK(stats->buffer_bytes == 90'000);
  }
}

TEST_CASE("a connection that breaks is over", "[event-loop]") {
  World world;
  world.wire.broken = true;
  world.Turn();
  CHECK(world.connection.IsOver());
}

TEST_CASE("a connection that breaks under a reply is over", "[event-loop][event-loop.2]") {
  World world;
  world.wire.to_server = {"a get k\n"};
  world.connection.Receive(world.scratch, 0);
  world.wire.broken = true;
  world.connection.Send(0);
  CHECK(world.connection.IsOver());
}

}  // namespace
}  // namespace strata::server
