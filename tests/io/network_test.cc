#include "io/network.h"

#include <catch2/catch.hpp>

#include <array>

#include "io/executor.h"
#include "testing/results.h"

namespace strata {
namespace {

using testing::Must;

TEST_CASE("addresses are read and written", "[event-loop]") {
  CHECK(Must(ParseEndpoint("127.0.0.1:6379")) == Endpoint{"127.0.0.1", 6379});
  CHECK(Must(ParseEndpoint("[::1]:80")) == Endpoint{"::1", 80});
  CHECK(Must(ParseEndpoint("localhost:0")) == Endpoint{"localhost", 0});
  CHECK(Must(ParseEndpoint(":65535")) == Endpoint{"", 65535});
  for (const char* text : {"127.0.0.1:6379", "[::1]:80", ":1"}) {
    CHECK(ToString(Must(ParseEndpoint(text))) == text);
  }
  for (const char* text :
       {"", "host", "host:", "host:x", "host:65536", "host:-1", "::1:80", "host:1x"}) {
    INFO(text);
    const auto endpoint = ParseEndpoint(text);
    REQUIRE_FALSE(endpoint);
    CHECK(endpoint.error().code() == ErrorCode::kInvalidArgument);
    CHECK(endpoint.error().message().find("write HOST:PORT") != std::string::npos);
  }
  CHECK(IsLoopback({"127.0.0.1", 1}));
  CHECK(IsLoopback({"localhost", 1}));
  CHECK(IsLoopback({"::1", 1}));
  CHECK_FALSE(IsLoopback({"", 1}));
  CHECK_FALSE(IsLoopback({"0.0.0.0", 1}));
}

// Both ends of a connection on this machine.
struct Ends {
  Ends()
      : listener(Must(PosixNetwork().Listen({"127.0.0.1", 0}))),
        poller(Must(PosixNetwork().NewPoller())),
        client(Must(PosixNetwork().Connect(listener->endpoint()))) {
    REQUIRE(poller->Add(*listener, 9));
    while (server == nullptr) {
      poller->Wait(std::nullopt);
      server = Must(listener->Accept());
    }
    poller->Remove(*listener);
  }

  const std::unique_ptr<Listener> listener;
  const std::unique_ptr<Poller> poller;
  std::unique_ptr<Socket> client;
  std::unique_ptr<Socket> server;
};

std::size_t WriteAll(Socket& socket, std::string_view bytes) {
  return Must(socket.Write({&bytes, 1}));
}

TEST_CASE("bytes go through a connection in order", "[event-loop]") {
  Ends ends;
  CHECK(ends.listener->endpoint().port != 0);
  std::array<char, 100> buffer;
  CHECK(Must(ends.server->Read(buffer)) == std::nullopt);
  const std::array<std::string_view, 3> parts = {"one ", "", "two"};
  CHECK(Must(ends.client->Write(parts)) == 7);
  REQUIRE(ends.poller->Add(*ends.server, 3, {.read = true}));
  const auto ready = ends.poller->Wait(std::nullopt);
  REQUIRE(ready.size() == 1);
  CHECK(ready[0].token == 3);
  CHECK(ready[0].read);
  CHECK(Must(ends.server->Read(buffer)) == 7);
  CHECK(std::string_view(buffer.data(), 7) == "one two");
  CHECK(Must(ends.server->Read(buffer)) == std::nullopt);
  CHECK(ends.poller->Wait(0).empty());
  ends.client->EndWriting();
  CHECK(ends.poller->Wait(std::nullopt).size() == 1);
  CHECK(Must(ends.server->Read(buffer)) == 0);
  CHECK(WriteAll(*ends.server, "back") == 4);  // The other way is still open.
}

TEST_CASE("a peer that takes nothing is written to no further than it has room", "[event-loop]") {
  Ends ends;
  const std::string bytes(1 << 20, 'x');
  std::size_t sent = 0;
  for (std::size_t count = 1; count > 0; sent += count) count = WriteAll(*ends.server, bytes);
  CHECK(sent > 0);
  REQUIRE(ends.poller->Add(*ends.server, 3, {.write = true}));
  CHECK(ends.poller->Wait(0).empty());
  std::vector<char> buffer(1 << 20);
  std::size_t got = 0;
  while (got < sent) got += Must(ends.client->Read(buffer)).value_or(0);
  const auto ready = ends.poller->Wait(std::nullopt);
  REQUIRE(ready.size() == 1);
  CHECK(ready[0].write);
}

TEST_CASE("a connection that breaks is told as an error", "[event-loop]") {
  Ends ends;
  CHECK(WriteAll(*ends.server, "unread") == 6);
  std::array<char, 3> buffer;
  REQUIRE(ends.poller->Add(*ends.client, 1, {.read = true}));
  ends.poller->Wait(std::nullopt);
  CHECK(Must(ends.client->Read(buffer)) == 3);
  REQUIRE(ends.poller->Add(*ends.server, 3, {.read = true}));
  ends.poller->Remove(*ends.client);
  ends.client.reset();  // With bytes unread: a reset.
  const auto ready = ends.poller->Wait(std::nullopt);
  REQUIRE(ready.size() == 1);
  CHECK(ready[0].broken);
  CHECK_FALSE(ends.server->Read(buffer));
}

TEST_CASE("nobody listens: the first use of the connection says so", "[event-loop]") {
  Endpoint gone;
  {
    const auto listener = Must(PosixNetwork().Listen({"127.0.0.1", 0}));
    gone = listener->endpoint();
  }
  const auto poller = Must(PosixNetwork().NewPoller());
  auto socket = PosixNetwork().Connect(gone);
  if (socket) {
    REQUIRE(poller->Add(**socket, 1, {.write = true}));
    CHECK(poller->Wait(std::nullopt).size() == 1);
    const std::string_view bytes = "x";
    CHECK_FALSE((*socket)->Write({&bytes, 1}));
  }
  CHECK_FALSE(PosixNetwork().Connect({"no.such.host.invalid", 1}));
}

TEST_CASE("a wake ends the wait that is under way, or the next", "[event-loop]") {
  const auto poller = Must(PosixNetwork().NewPoller());
  poller->Wake();
  poller->Wake();
  CHECK(poller->Wait(std::nullopt).empty());
  CHECK(poller->Wait(1'000).empty());
  const auto executor = NewThreadExecutor(1, 1, RealClock());
  const auto waker = executor->StartThread("waker", [&] { poller->Wake(); });
  CHECK(poller->Wait(std::nullopt).empty());
}

TEST_CASE("a thread of its own runs until its body returns", "[event-loop]") {
  const auto executor = NewThreadExecutor(1, 1, RealClock());
  bool ran = false;
  executor->StartThread("own", [&] { ran = true; }).reset();
  CHECK(ran);
}

}  // namespace
}  // namespace strata
