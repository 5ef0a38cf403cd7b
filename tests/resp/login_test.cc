// Logging in by the Redis protocol, and ACL.

#include <catch2/catch.hpp>

#include "auth/token.h"
#include "resp/auth_world.h"

namespace strata::resp {
namespace {

using auth::Action;
using auth::Grant;
using auth::KeyRange;
using testing::AuthWorld;

constexpr const char* kNoAuth = "-NOAUTH Authentication required.\n";
constexpr const char* kWrongPass =
    "-WRONGPASS invalid username-password pair or user is disabled.\n";

void AddRootAndAda(AuthWorld* world) {
  world->AddUser("root", {Grant::Everything()});
  world->AddUser("ada", {{.actions = Action::kRead | Action::kWrite,
                          .table = "default",
                          .keys = KeyRange::Prefix("a")}});
}

}  // namespace

TEST_CASE("without users everything is as it was", "[roles-and-audit]") {
  AuthWorld world;
  CHECK(world.Ask(1, "SET k v") == "+OK\n");
  CHECK(world.Ask(1, "AUTH default x") == "+OK\n");
  CHECK(world.Ask(1, "AUTH ada x") == kWrongPass);
  CHECK(world.Ask(1, "AUTH x").find("without any password configured") != std::string::npos);
  CHECK(world.Ask(1, "ACL WHOAMI") == "$7 \"default\"\n");
  CHECK(world.authority().decisions() == 0);
}

TEST_CASE("a client is who it says, if it knows the password", "[roles-and-audit]") {
  AuthWorld world;
  AddRootAndAda(&world);
  CHECK(world.Ask(1, "GET a") == kNoAuth);
  CHECK(world.Ask(1, "AUTH ada wrong") == kWrongPass);
  CHECK(world.Ask(1, "AUTH eve ada") == kWrongPass);
  CHECK(world.Ask(1, "AUTH ada") == kWrongPass);  // It is the user "default" then.
  CHECK(world.Ask(1, "GET a") == kNoAuth);
  CHECK(world.Ask(1, "AUTH ada ada") == "+OK\n");
  CHECK(world.Ask(1, "ACL WHOAMI") == "$3 \"ada\"\n");
  CHECK(world.Ask(1, "SET a v") == "+OK\n");
  CHECK(world.Ask(1, "SET b v") == "-NOPERM ada may not write this key of table default\n");
  CHECK(world.Ask(1, "AUTH root wrong") == kWrongPass);  // It stays who it was.
  CHECK(world.Ask(1, "ACL WHOAMI") == "$3 \"ada\"\n");
  CHECK(world.Ask(1, "RESET") == "+RESET\n");
  CHECK(world.Ask(1, "GET a") == kNoAuth);
}

TEST_CASE("HELLO says who one is, and what else it says holds only then", "[roles-and-audit]") {
  AuthWorld world;
  AddRootAndAda(&world);
  CHECK(world.Kind(1, "HELLO 3") == "-NOAUTH");
  CHECK(world.Ask(1, "HELLO 3 AUTH ada wrong SETNAME x") == kWrongPass);
  CHECK(world.Kind(1, "HELLO 3 AUTH ada ada SETNAME x") == "%7");
  CHECK(world.Ask(1, "ACL WHOAMI") == "$3 \"ada\"\n");
  CHECK(world.Ask(1, "CLIENT GETNAME") == "$1 \"x\"\n");
  CHECK(world.Kind(1, "HELLO 2") == "*14");
}

TEST_CASE("a token stands for the password of its user", "[roles-and-audit]") {
  AuthWorld world;
  AddRootAndAda(&world);
  const auth::NewToken made =
      auth::MakeToken("ada", world->store().clock().WallMicros() + 1'000, SeededEntropy(3));
  world.Change([&](auth::Accounts* accounts) {
    accounts->tokens[made.id] = made.token;
    return Status();
  });
  CHECK(world.Ask(1, "AUTH root " + made.text) == kWrongPass);
  CHECK(world.Ask(1, "AUTH ada " + made.text) == "+OK\n");
  CHECK(world.Ask(1, "GET a") == "$-1\n");
  world->store().clock().Advance(1'000);
  CHECK(world.Ask(1, "GET a") == kNoAuth);
}

// CVE-2026-33343: what is nested was not looked at. Here SELECT moves what was queued to another
// database, and a grant goes between MULTI and EXEC.
TEST_CASE("what EXEC carries out is allowed then, not when it was queued", "[roles-and-audit]") {
  AuthWorld world;
  AddRootAndAda(&world);
  const int ada = world.Client("ada");
  CHECK(world.Ask(ada, "MULTI") == "+OK\n");
  CHECK(world.Ask(ada, "SELECT 1") == "+QUEUED\n");
  CHECK(world.Ask(ada, "SET a v") == "+QUEUED\n");
  CHECK(world.Ask(ada, "EXEC") == "*2\n+OK\n-NOPERM ada may not write this key of table redis.1\n");
  CHECK(world.Ask(ada, "SELECT 0") == "+OK\n");
  CHECK(world.Ask(ada, "MULTI") == "+OK\n");
  CHECK(world.Ask(ada, "SET a v") == "+QUEUED\n");
  world.Change([](auth::Accounts* accounts) {
    return auth::RevokeGrant(
        accounts, "ada", false,
        {.actions = Action::kWrite, .table = "default", .keys = KeyRange::Prefix("a")});
  });
  CHECK(world.Ask(ada, "EXEC") == "*1\n-NOPERM ada may not write this key of table default\n");
  CHECK(world.Ask(ada, "GET a") == "$-1\n");
}

TEST_CASE("a request that may not be queued breaks its transaction", "[roles-and-audit]") {
  AuthWorld world;
  AddRootAndAda(&world);
  const int ada = world.Client("ada");
  CHECK(world.Ask(ada, "MULTI") == "+OK\n");
  CHECK(world.Kind(ada, "SET b v") == "-NOPERM");
  CHECK(world.Ask(ada, "SET a v") == "+QUEUED\n");
  CHECK(world.Kind(ada, "EXEC") == "-EXECABORT");
  CHECK(world.Ask(ada, "GET a") == "$-1\n");
}

// C15, CVE-2025-21605: who hasn't logged in can't make the server keep much.
TEST_CASE("before it logs in a client may say little", "[roles-and-audit]") {
  AuthWorld world;
  AddRootAndAda(&world);
  CHECK(world->Exchange(1, "*9\r\n").find("arguments_max") != std::string::npos);
  CHECK(world->Exchange(2, "*2\r\n$4\r\nAUTH\r\n$8193\r\n").find("argument_bytes_max") !=
        std::string::npos);
  CHECK(world->Exchange(3, std::string(9'000, 'x')).find("-ERR") == 0);
  for (int id : {1, 2, 3}) CHECK(world->closed(id));
  const int ada = world.Client("ada");
  CHECK(world->Exchange(ada, "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$9000\r\n" + std::string(9'000, 'x') +
                                 "\r\n") == "+OK\r\n");
}

TEST_CASE("passwords are shown to nobody who monitors, nor in the slow log", "[roles-and-audit]") {
  AuthWorld world;
  AddRootAndAda(&world);
  const int root = world.Client("root");
  CHECK(world.Ask(root, "MONITOR") == "+OK\n");
  CHECK(world.Ask(root, "CONFIG SET slowlog-log-slower-than 0") == "+OK\n");
  const int ada = world.Client("ada");
  CHECK(world.Kind(ada, "HELLO 2 AUTH ada ada") == "*14");
  const std::string seen = world->TakePushes(root);
  CHECK(seen.find("\"AUTH\"\r\n") != std::string::npos);
  CHECK(seen.find("\"ada\"") == std::string::npos);
  CHECK(world.Ask(world.Client("root"), "SLOWLOG GET 100").find("$3 \"ada\"") == std::string::npos);
}

TEST_CASE("ACL SETUSER makes a user with what Redis's rules say", "[roles-and-audit]") {
  AuthWorld world;
  AddRootAndAda(&world);
  const int root = world.Client("root");
  CHECK(world.Ask(root, "ACL SETUSER ben on >secret +@read +@keyspace ~b* ~c") == "+OK\n");
  CHECK(world.Ask(1, "AUTH ben secret") == "+OK\n");
  CHECK(world.Kind(1, "GET b1") == "$-1");
  CHECK(world.Kind(1, "GET c") == "$-1");
  CHECK(world.Kind(1, "GET c1") == "-NOPERM");
  CHECK(world.Kind(1, "SET b1 v") == "-NOPERM");
  CHECK(world.Kind(1, "KEYS b*") == "*0");
  CHECK(world.Kind(1, "KEYS *") == "-NOPERM");
  CHECK(world.Ask(1, "SELECT 3") == "+OK\n");
  CHECK(world.Kind(1, "GET b1") == "$-1");
  CHECK(world.Ask(root, "ACL SETUSER ben -@read") == "+OK\n");
  CHECK(world.Kind(1, "GET b1") == "-NOPERM");
  CHECK(world.Ask(root, "ACL SETUSER ben resetpass") == "+OK\n");
  CHECK(world.Ask(1, "PING") == kNoAuth);
  CHECK(world.Ask(root, "ACL SETUSER admin on >x allcommands allkeys") == "+OK\n");
  CHECK(world.authority().rules()->accounts().users.at("admin").grants[0].is_everything());
  CHECK(world.Ask(root, "ACL DELUSER ben admin nobody") == ":2\n");
}

TEST_CASE("rules of Redis that don't fit are refused by name, and nothing is changed",
          "[roles-and-audit]") {
  AuthWorld world;
  AddRootAndAda(&world);
  const int root = world.Client("root");
  for (const char* rule : {"+get", "-set", "+@fast", "nopass", "#abc", "%R~a*", "(+@read)", "<x",
                           "~a*b", "~a?", "what", "+@read", "~a*"}) {
    CAPTURE(rule);
    const std::string reply = world.Ask(root, std::string("ACL SETUSER ben on ") + rule);
    CHECK(reply.starts_with("-ERR Error in ACL SETUSER modifier '"));
  }
  CHECK(world.Ask(root, "ACL GETUSER ben") == "$-1\n");
  CHECK(world.Ask(root, "ACL SETUSER root off").find("another administrator") != std::string::npos);
  CHECK(world.Ask(root, "ACL WHOAMI") == "$4 \"root\"\n");
}

TEST_CASE("users are told as they are, without what could be guessed at", "[roles-and-audit]") {
  AuthWorld world;
  AddRootAndAda(&world);
  const int root = world.Client("root");
  CHECK(world.Ask(root, "ACL USERS") == "*2\n$3 \"ada\"\n$4 \"root\"\n");
  CHECK(world.Ask(root, "ACL LIST") ==
        "*2\n$58 \"user ada on 1 password; read,write table=default prefix=a\"\n"
        "$34 \"user root on 1 password; everything\"\n");
  const std::string told = world.Ask(root, "ACL GETUSER ada");
  CHECK(told.find("(scrypt)") != std::string::npos);
  CHECK(told.find("$scrypt") == std::string::npos);
  CHECK(world.Ask(root, "ACL GENPASS 5").starts_with("$2 "));
  CHECK(world.Ask(root, "ACL DRYRUN ada SET b v") == "$24 \"User ada may not do this\"\n");
}

}  // namespace strata::resp
