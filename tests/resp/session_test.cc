// Where requests are carried out, and in which order they are answered.

#include "resp/session.h"

#include <catch2/catch.hpp>

#include "resp/resp_world.h"
#include "server/draft.h"
#include "testing/test_store.h"

namespace strata::resp {
namespace {

using testing::Readable;
using testing::RespWorld;

TEST_CASE("what needs no disk makes no work", "[redis-protocol][redis-protocol.3]") {
  RespWorld world;
  CHECK(world.Ask({"SET", "k", "v"}) == "+OK\n");
  CHECK(world.works() == 1);
  CHECK(world.Ask({"GET", "k"}) == "$1 \"v\"\n");
  CHECK(world.Ask({"PING"}) == "+PONG\n");
  CHECK(world.Ask({"MGET", "k", "l"}) == "*2\n$1 \"v\"\n$-1\n");
  CHECK(world.works() == 1);
  CHECK(world.Ask({"KEYS", "*"}) == "*1\n$1 \"k\"\n");
  CHECK(world.works() == 2);
}

TEST_CASE("a read that would wait for the disk becomes a work",
          "[redis-protocol][redis-protocol.3]") {
  RespWorld world;
  CHECK(world.Ask({"SET", "k", "v"}) == "+OK\n");
  REQUIRE(world.store()->Flush());
  world.Reopen();
  const std::uint64_t before = world.works();
  CHECK(world.Ask({"GET", "k"}) == "$1 \"v\"\n");
  CHECK(world.works() == before + 1);
  CHECK(world.Ask({"GET", "k"}) == "$1 \"v\"\n");  // From the block cache now.
  CHECK(world.works() == before + 1);
}

TEST_CASE("requests behind a write are carried out behind it",
          "[redis-protocol][redis-protocol.3]") {
  RespWorld world;
  CHECK(Readable(world.Exchange(1, "SET k 1\r\nGET k\r\nINCR k\r\nGET k\r\nPING\r\n")) ==
        "+OK\n$1 \"1\"\n:2\n$1 \"2\"\n+PONG\n");
  CHECK(world.works() == 1);
}

TEST_CASE("what takes long doesn't hold up the committer", "[redis-protocol][redis-protocol.3]") {
  RespWorld world;
  CHECK(Readable(world.Exchange(1, "SET k 1\r\nKEYS *\r\nSET l 1\r\nKEYS l\r\n")) ==
        "+OK\n*1\n$1 \"k\"\n+OK\n*1\n$1 \"l\"\n");
  CHECK(world.works() == 4);
}

TEST_CASE("requests after MULTI are queued where they come, and see what came before",
          "[redis-protocol]") {
  RespWorld world;
  CHECK(world.Ask({"SET", "old", "1"}) == "+OK\n");
  const std::uint64_t before = world.works();
  CHECK(Readable(world.Exchange(
            1, "MULTI\r\nSET k 1\r\nDEL old\r\nKEYS *\r\nDBSIZE\r\nEXEC\r\nGET k\r\n")) ==
        "+OK\n+QUEUED\n+QUEUED\n+QUEUED\n+QUEUED\n*4\n+OK\n:1\n*1\n$1 \"k\"\n:1\n$1 \"1\"\n");
  CHECK(world.works() == before + 1);
}

TEST_CASE("what takes long behind EXEC sees what EXEC wrote", "[redis-protocol]") {
  RespWorld world;
  CHECK(Readable(world.Exchange(1, "MULTI\r\nSET k 1\r\nEXEC\r\nKEYS *\r\nDBSIZE\r\n")) ==
        "+OK\n+QUEUED\n*1\n+OK\n*1\n$1 \"k\"\n:1\n");
  CHECK(world.works() == 2);  // It doesn't hold up the committer.
}

TEST_CASE("a work takes no more requests than it has room for", "[redis-protocol]") {
  RespWorld large;
  std::string requests;
  for (int i = 0; i < 5; ++i) {
    requests += "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$500000\r\n" + std::string(500'000, 'x') + "\r\n";
  }
  CHECK(Readable(large.Exchange(1, requests)) == "+OK\n+OK\n+OK\n+OK\n+OK\n");
  CHECK(large.works() == 2);
}

TEST_CASE("a mistake in the protocol is answered after what came before it", "[redis-protocol]") {
  RespWorld world;
  CHECK(Readable(world.Exchange(1, "SET k 1\r\n*1\r\nfoo\r\nPING\r\n")) ==
        "+OK\n-ERR Protocol error: expected '$', got 'f'\n");
  CHECK(world.closed(1));
}

TEST_CASE("a request over a limit is told its name, and so is the connection", "[redis-protocol]") {
  RespWorld world({.arguments_max = 3, .argument_bytes_max = 10});
  const auto asks = [&](int id, const std::string& bytes) {
    const std::string reply = world.Exchange(id, bytes);
    CHECK(world.closed(id));
    const std::string met = world.TakeMet();
    return reply.find(met.substr(0, met.find(' '))) != std::string::npos ? met : "not told: " + met;
  };
  CHECK(asks(1, "*4\r\n") == "arguments_max ");
  CHECK(asks(2, "*1\r\n$11\r\n") == "argument_bytes_max ");
  CHECK(asks(3, std::string(70'000, 'x')) == "line_bytes_max ");
  CHECK(asks(4, "SET k 1\r\n*4\r\n") == "arguments_max ");  // Behind a work.
  CHECK(asks(5, "*x\r\n").empty());
}

TEST_CASE("writes that can't be made are answered with the reason", "[redis-protocol]") {
  RespWorld world;
  CHECK(world.Ask({"SET", "k", "1"}) == "+OK\n");
  REQUIRE(world.store()->Close());
  const std::string replies = Readable(world.Exchange(1, "INCR k\r\nPING\r\n"));
  CHECK(replies.starts_with("-ERR "));
  CHECK(replies.ends_with("+PONG\n"));
}

TEST_CASE("a transaction that can't be written has no reply but errors", "[redis-protocol]") {
  RespWorld world;
  CHECK(Readable(world.Exchange(1, "MULTI\r\nSET k 1\r\nINCR k\r\n")) == "+OK\n+QUEUED\n+QUEUED\n");
  REQUIRE(world.store()->Close());
  const std::string replies = Readable(world.Exchange(1, "EXEC\r\n"));
  CHECK(replies.find(":2") == std::string::npos);
  CHECK(replies.find("-ERR") != std::string::npos);
}

TEST_CASE("a work may outlive the connection that it is of", "[redis-protocol]") {
  RespWorld world;
  std::unique_ptr<server::Work> work = world.Abandon("SET k 1\r\nGET k\r\n");
  server::Draft draft(*world.store(), world.store().clock().WallMicros());
  work->Run(draft);
  REQUIRE(draft.Commit());
  CHECK(world.Ask(2, {"GET", "k"}) == "$1 \"1\"\n");
}

TEST_CASE("a transaction that is too large is refused", "[redis-protocol]") {
  RespWorld world({.request_bytes_max = 10'000});
  CHECK(world.Ask({"MULTI"}) == "+OK\n");
  std::string reply;
  for (int i = 0; i < 20 && !reply.starts_with("-"); ++i) {
    reply = world.Ask({"SET", "k", std::string(1'000, 'x')});
  }
  CHECK(reply.find("request_bytes_max") != std::string::npos);
  CHECK(world.TakeMet() == "request_bytes_max ");
  CHECK(world.Ask({"EXEC"}).starts_with("-EXECABORT"));
}

TEST_CASE("a slow request is noted with its words, shortened", "[redis-protocol]") {
  RespWorld world;
  CHECK(world.Ask({"CONFIG", "SET", "slowlog-log-slower-than", "0"}) == "+OK\n");
  CHECK(world.Ask({"SET", "k", std::string(1'000, 'x')}) == "+OK\n");
  const auto entries = world.shared().slow_log.Newest(1);
  REQUIRE(entries.size() == 1);
  REQUIRE(entries[0].words.size() == 3);
  CHECK(entries[0].words[1] == "k");
  CHECK(entries[0].words[2].ends_with("... (872 more bytes)"));
}

TEST_CASE("cursors of the last scans are kept", "[redis-protocol]") {
  Cursors cursors;
  const std::uint64_t first = cursors.Keep("a");
  CHECK(first != 0);
  CHECK(cursors.Find(first) == "a");
  CHECK(cursors.Find(first) == "a");
  for (std::size_t i = 1; i < Cursors::kPlaces; ++i) cursors.Keep(std::to_string(i));
  CHECK(cursors.Find(first) == "a");
  const std::uint64_t last = cursors.Keep("z");
  CHECK_FALSE(cursors.Find(first));
  CHECK(cursors.Find(last) == "z");
  CHECK_FALSE(cursors.Find(0));
  CHECK_FALSE(cursors.Find(last + 1));
}

TEST_CASE("numbers are taken as Redis takes them", "[redis-protocol]") {
  CHECK(ParseInteger("0") == 0);
  CHECK(ParseInteger("-5") == -5);
  CHECK(ParseInteger("9223372036854775807") == INT64_MAX);
  CHECK(ParseInteger("-9223372036854775808") == INT64_MIN);
  for (const char* text :
       {"", " 1", "1 ", "+1", "01", "-0", "-01", "1.0", "0x1", "a", "9223372036854775808", "-"}) {
    INFO(text);
    CHECK_FALSE(ParseInteger(text));
  }
  CHECK(FloatText(*ParseFloat("3.0e3")) == "3000");
  CHECK(FloatText(*ParseFloat("0.1") + *ParseFloat("0.2")) == "0.3");
  CHECK(FloatText(*ParseFloat("-0.0")) == "0");
  for (const char* text : {"", " 1", "1 ", "nan", "abc", "1a"}) {
    INFO(text);
    CHECK_FALSE(ParseFloat(text));
  }
}

TEST_CASE("a reply of version 2 has the forms that its clients know", "[redis-protocol]") {
  const auto show = [](int version) {
    server::Output output;
    Reply reply(&output, version);
    reply.Map(1);
    reply.Bulk("a");
    reply.Double(1.5);
    reply.Set(2);
    reply.Null();
    reply.NullArray();
    reply.Verbatim("txt", "text");
    reply.Push(0);
    reply.Error("ERR two\r\nlines");
    std::vector<std::string_view> parts(100);
    parts.resize(output.Front(parts));
    std::string text;
    for (const std::string_view part : parts) text += part;
    return text;
  };
  CHECK(show(2) ==
        "*2\r\n$1\r\na\r\n$3\r\n1.5\r\n*2\r\n$-1\r\n*-1\r\n$4\r\ntext\r\n*0\r\n"
        "-ERR two  lines\r\n");
  CHECK(show(3) ==
        "%1\r\n$1\r\na\r\n,1.5\r\n~2\r\n_\r\n_\r\n=8\r\ntxt:text\r\n>0\r\n"
        "-ERR two  lines\r\n");
}

}  // namespace
}  // namespace strata::resp
