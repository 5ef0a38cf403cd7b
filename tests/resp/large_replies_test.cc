// Replies that are large, alone or many together: how much of them the server makes before its
// client takes some.

#include <catch2/catch.hpp>

#include <string>

#include "resp/resp_world.h"

namespace strata::resp {
namespace {

using testing::Readable;
using testing::RespWorld;

constexpr std::size_t kValueBytes = 600;

server::Limits SmallReplies() {
  server::Limits limits;
  limits.reply_bytes_pause = 1'000;
  limits.reply_bytes_max = 5'000;
  return limits;
}

std::string Times(int count, const std::string& text) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

TEST_CASE("a pipeline of large replies goes on when its client has taken some",
          "[redis-protocol]") {
  const std::string value(kValueBytes, 'v');
  const std::string first = GENERATE(as<std::string>(), "", "SET other 1\r\n");
  RespWorld world(SmallReplies());
  REQUIRE(world.Ask({"SET", "k", value}) == "+OK\n");
  const std::uint64_t works = world.works();
  const std::string replies = world.Exchange(1, first + Times(100, "GET k\r\n") + "PING\r\n");
  CHECK(replies ==
        (first.empty() ? "" : "+OK\r\n") + Times(100, "$600\r\n" + value + "\r\n") + "+PONG\r\n");
  CHECK(world.unread_max() < 2 * (1'000 + kValueBytes));
  // With a write before it all goes by the committer, some at a time.
  CHECK(world.works() - works == (first.empty() ? 0 : 51));
  CHECK(world.TakeMet() == "");
}

TEST_CASE("a client's choices hold over the parts of a pipeline", "[redis-protocol]") {
  const std::string value(kValueBytes, 'v');
  RespWorld world(SmallReplies());
  REQUIRE(world.Ask({"SET", "k", value}) == "+OK\n");
  const std::string gets = Times(5, "GET k\r\n");
  const std::string replies = world.Exchange(
      1, "SET other 1\r\n" + gets + "SELECT 3\r\nSET k 3\r\n" + gets + "QUIT\r\n" + gets);
  CHECK(Readable(replies) == "+OK\n" + Times(5, "$600 \"" + value + "\"\n") + "+OK\n+OK\n" +
                                 Times(5, "$1 \"3\"\n") + "+OK\n");
  CHECK(world.closed(1));
}

TEST_CASE("a reply that is larger than it may be is an error, and the client goes on",
          "[redis-protocol]") {
  const std::string value(kValueBytes, 'v');
  RespWorld world(SmallReplies());
  REQUIRE(world.Ask({"SET", "k", value}) == "+OK\n");
  const std::string refused =
      "-ERR it was carried out, but its reply is larger than reply_bytes_max, 5000 bytes\n";
  CHECK(
      Readable(world.Exchange(1, "MGET" + Times(8, " k") + "\r\n")).starts_with("*8\n$600 \"vvv"));
  CHECK(world.TakeMet() == "");
  CHECK(Readable(world.Exchange(1, "MGET" + Times(9, " k") + "\r\nPING\r\n")) ==
        refused + "+PONG\n");
  CHECK(world.TakeMet() == "reply_bytes_max ");
  CHECK(Readable(world.Exchange(1, "MULTI\r\nSET l 1\r\n" + Times(9, "GET k\r\n") +
                                       "SET m 2\r\nEXEC\r\nMGET l m\r\n")) ==
        "+OK\n" + Times(11, "+QUEUED\n") + refused + "*2\n$1 \"1\"\n$1 \"2\"\n");
  CHECK(world.unread_max() <= 6'000 + 2 * kValueBytes);
  for (int i = 0; i < 60; ++i) {
    REQUIRE(world.Ask({"SET", std::string(100, 'n') + std::to_string(i), "v"}) == "+OK\n");
  }
  CHECK(world.Ask({"KEYS", "*"}) == refused);
}

}  // namespace
}  // namespace strata::resp
