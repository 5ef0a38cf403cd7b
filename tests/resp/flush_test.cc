// FLUSHDB and FLUSHALL: databases that are emptied at once.

#include <catch2/catch.hpp>

#include <string>

#include "resp/resp_world.h"
#include "stats/counters.h"

namespace strata::resp {
namespace {

using testing::Readable;
using testing::RespWorld;

void Fill(RespWorld& world, int keys) {
  for (int i = 0; i < keys; ++i) {
    REQUIRE(world.Ask({"SET", "key" + std::to_string(i), "v"}) == "+OK\n");
  }
}

TEST_CASE("a database is emptied by one edit, however many keys it has", "[redis-protocol]") {
  const std::string db = GENERATE("0", "3");
  RespWorld world;
  REQUIRE(world.Ask({"SELECT", db}) == "+OK\n");
  Fill(world, 300);
  const std::uint64_t entries = world.store()->counters().Get(Counter::kEntriesWritten);
  CHECK(world.Ask({"FLUSHDB"}) == "+OK\n");
  CHECK(world.Ask({"DBSIZE"}) == ":0\n");
  CHECK(world.Ask({"KEYS", "*"}) == "*0\n");
  CHECK(world.Ask({"GET", "key7"}) == "$-1\n");
  CHECK(world.store()->counters().Get(Counter::kEntriesWritten) == entries);  // No deletes.
  CHECK(world.Ask({"SET", "key7", "new"}) == "+OK\n");
  world.Reopen();
  CHECK(world.Ask({"SELECT", db}) == "+OK\n");
  CHECK(world.Ask({"KEYS", "*"}) == "*1\n$4 \"key7\"\n");
}

TEST_CASE("FLUSHDB is of one database and FLUSHALL of all, and databases keep their tables",
          "[redis-protocol]") {
  RespWorld world;
  for (const char* db : {"0", "3", "15"}) {
    REQUIRE(world.Ask({"SELECT", db}) == "+OK\n");
    REQUIRE(world.Ask({"SET", "k", db}) == "+OK\n");
  }
  const std::size_t tables = world.store()->ListTables().size();
  CHECK(world.Ask({"FLUSHDB"}) == "+OK\n");
  CHECK(world.Ask({"GET", "k"}) == "$-1\n");
  CHECK(Readable(world.Exchange(1, "SELECT 3\r\nGET k\r\nSELECT 0\r\nGET k\r\n")) ==
        "+OK\n$1 \"3\"\n+OK\n$1 \"0\"\n");
  CHECK(world.Ask({"FLUSHALL"}) == "+OK\n");
  CHECK(Readable(world.Exchange(1, "DBSIZE\r\nSELECT 3\r\nDBSIZE\r\n")) == ":0\n+OK\n:0\n");
  CHECK(world.store()->ListTables().size() == tables);
  CHECK(world.Ask({"FLUSHALL"}) == "+OK\n");  // There is nothing to take away.
  CHECK(world.Ask({"SELECT", "9"}) == "+OK\n");
  CHECK(world.Ask({"FLUSHDB"}) == "+OK\n");  // Nobody has written to it yet.
  CHECK(world.store()->ListTables().size() == tables);
}

TEST_CASE("a flush in a transaction comes after what was queued before it", "[redis-protocol]") {
  const std::string flush = GENERATE("FLUSHDB", "FLUSHALL");
  const std::string db = GENERATE("0", "3");
  RespWorld world;
  REQUIRE(world.Ask({"SELECT", db}) == "+OK\n");
  Fill(world, 2);
  CHECK(Readable(world.Exchange(1, "MULTI\r\nSET k 1\r\nDBSIZE\r\n" + flush +
                                       "\r\nDBSIZE\r\nGET k\r\nSET l 2\r\nKEYS *\r\nEXEC\r\n")) ==
        "+OK\n+QUEUED\n+QUEUED\n+QUEUED\n+QUEUED\n+QUEUED\n+QUEUED\n+QUEUED\n"
        "*7\n+OK\n:3\n+OK\n:0\n$-1\n+OK\n*1\n$1 \"l\"\n");
  CHECK(world.Ask({"KEYS", "*"}) == "*1\n$1 \"l\"\n");
}

TEST_CASE("a key that is watched has changed when its database was flushed", "[redis-protocol]") {
  const std::string flush = GENERATE("FLUSHDB", "FLUSHALL");
  const std::string db = GENERATE("0", "3");
  const bool set_again = GENERATE(false, true);
  RespWorld world;
  for (const int client : {1, 2}) REQUIRE(world.Ask(client, {"SELECT", db}) == "+OK\n");
  Fill(world, 1);
  CHECK(world.Ask({"WATCH", "key0"}) == "+OK\n");
  CHECK(world.Ask(2, {flush}) == "+OK\n");
  if (set_again) CHECK(world.Ask(2, {"SET", "key0", "v"}) == "+OK\n");
  CHECK(Readable(world.Exchange(1, "MULTI\r\nSET k 1\r\nEXEC\r\nGET k\r\n")) ==
        "+OK\n+QUEUED\n*-1\n$-1\n");
}

TEST_CASE("a key that is watched and wasn't there hasn't changed by a flush", "[redis-protocol]") {
  RespWorld world;
  Fill(world, 1);
  CHECK(world.Ask({"WATCH", "absent"}) == "+OK\n");
  CHECK(world.Ask(2, {"FLUSHALL"}) == "+OK\n");
  CHECK(Readable(world.Exchange(1, "MULTI\r\nSET k 1\r\nEXEC\r\n")) == "+OK\n+QUEUED\n*1\n+OK\n");
}

TEST_CASE("a flush that can't be made is answered with the reason", "[redis-protocol]") {
  RespWorld world;
  Fill(world, 2);
  REQUIRE(world.store()->Close());
  CHECK(world.Ask({"FLUSHDB"}).starts_with("-ERR "));
}

}  // namespace
}  // namespace strata::resp
