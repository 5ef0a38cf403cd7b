// T12: what each command needs, said once more by hand, and asked of users of every kind, as the
// client sends it and in every wrapping that it has: the answers must be an oracle's.

#include "resp/access.h"

#include <catch2/catch.hpp>

#include <array>
#include <set>

#include "auth/shadow_oracle.h"
#include "resp/auth_world.h"
#include "resp/command_table.h"

namespace strata::resp {
namespace {

using auth::Action;
using auth::ActionSet;
using auth::Grant;
using auth::KeyRange;
using testing::AuthWorld;
using testing::Words;

// "any": every user. "anybody": also nobody. "known": every user, but nobody gets another error.
// Otherwise what it needs: an action of the server, or an action and a key, "a*" for what begins
// with it, in database 0 or as "1/a1" in another one.
struct Sample {
  const char* request;
  const char* needs;
};
constexpr auto kSamples = std::to_array<Sample>({

    {"PING", "any"},
    {"ECHO x", "any"},
    {"SELECT 1", "any"},
    {"QUIT", "anybody"},
    {"RESET", "anybody"},
    {"CLIENT ID", "any"},
    {"CLIENT SETNAME n", "any"},
    {"CLIENT GETNAME", "any"},
    {"CLIENT SETINFO lib-name x", "any"},
    {"CLIENT INFO", "any"},
    {"CLIENT LIST", "observe"},
    {"CLIENT KILL 1.2.3.4:5", "operate"},
    {"CLIENT REPLY ON", "any"},
    {"CLIENT NO-EVICT ON", "any"},
    {"CLIENT NO-TOUCH ON", "any"},
    {"CLIENT HELP", "any"},
    {"GET a1", "read:a1"},
    {"GET b1", "read:b1"},
    {"MGET a1 a2", "read:a1 read:a2"},
    {"MGET a1 b1", "read:a1 read:b1"},
    {"STRLEN a1", "read:a1"},
    {"GETRANGE a1 0 1", "read:a1"},
    {"SUBSTR a1 0 1", "read:a1"},
    {"GETBIT a1 0", "read:a1"},
    {"BITCOUNT a1", "read:a1"},
    {"LCS a1 b1", "read:a1 read:b1"},
    {"EXISTS a1 b1", "read:a1 read:b1"},
    {"TOUCH a1", "read:a1"},
    {"TYPE a1", "read:a1"},
    {"TTL a1", "read:a1"},
    {"PTTL a1", "read:a1"},
    {"EXPIRETIME a1", "read:a1"},
    {"PEXPIRETIME a1", "read:a1"},
    {"OBJECT ENCODING a1", "read:a1"},
    {"OBJECT REFCOUNT a1", "read:a1"},
    {"OBJECT FREQ a1", "read:a1"},
    {"OBJECT HELP", "any"},
    {"MEMORY USAGE a1", "read:a1"},
    {"MEMORY DOCTOR", "any"},
    {"SET a1 v", "write:a1"},
    {"SET b1 v", "write:b1"},
    {"SET a1 v NX", "write:a1"},
    {"SET a1 v GET", "read:a1 write:a1"},
    {"SET a1 v EX 10 get", "read:a1 write:a1"},
    {"SETNX a1 v", "write:a1"},
    {"SETEX a1 10 v", "write:a1"},
    {"PSETEX a1 10 v", "write:a1"},
    {"GETSET a1 v", "read:a1 write:a1"},
    {"GETDEL a1", "read:a1 delete:a1"},
    {"GETEX a1", "read:a1"},
    {"GETEX a1 EX 10", "read:a1 write:a1"},
    {"MSET a1 v a2 v", "write:a1 write:a2"},
    {"MSET a1 v b1 v", "write:a1 write:b1"},
    {"MSETNX a1 v b1 v", "write:a1 write:b1"},
    {"APPEND a1 v", "read:a1 write:a1"},
    {"SETRANGE a1 0 v", "read:a1 write:a1"},
    {"SETBIT a1 0 1", "read:a1 write:a1"},
    {"INCR a9", "read:a9 write:a9"},
    {"DECR a9", "read:a9 write:a9"},
    {"INCRBY a9 2", "read:a9 write:a9"},
    {"DECRBY a9 2", "read:a9 write:a9"},
    {"INCRBYFLOAT a9 2", "read:a9 write:a9"},
    {"EXPIRE a1 10", "write:a1"},
    {"PEXPIRE a1 10", "write:a1"},
    {"EXPIREAT a1 10", "write:a1"},
    {"PEXPIREAT a1 10", "write:a1"},
    {"PERSIST a1", "write:a1"},
    {"DEL a1 b1", "delete:a1 delete:b1"},
    {"UNLINK a1", "delete:a1"},
    {"RENAME a1 b1", "read:a1 delete:a1 write:b1"},
    {"RENAMENX a1 a2", "read:a1 delete:a1 write:a2"},
    {"COPY a1 a2", "read:a1 write:a2"},
    {"COPY a1 a1 DB 1", "read:a1 write:1/a1"},
    {"MOVE a1 1", "read:a1 delete:a1 write:1/a1"},
    {"RANDOMKEY", "scan:*"},
    {"DBSIZE", "scan:*"},
    {"FLUSHDB", "delete:*"},
    {"FLUSHALL", "delete:all"},
    {"SCAN 0", "scan:*"},
    {"SCAN 0 MATCH a*", "scan:a*"},
    {"SCAN 0 MATCH a?b*", "scan:a*"},
    {"SCAN 0 COUNT 5 MATCH b*", "scan:b*"},
    {"KEYS a*", "scan:a*"},
    {"KEYS *", "scan:*"},
    {"KEYS a1", "scan:a1*"},
    {"MULTI", "any"},
    {"EXEC", "any"},
    {"DISCARD", "any"},
    {"WATCH a1 b1", "read:a1 read:b1"},
    {"UNWATCH", "any"},
    {"INFO", "observe"},
    {"TIME", "any"},
    {"LASTSAVE", "any"},
    {"WAIT 0 0", "any"},
    {"ROLE", "any"},
    {"SHUTDOWN", "operate"},
    {"SLOWLOG GET", "users"},
    {"SLOWLOG LEN", "observe"},
    {"SLOWLOG RESET", "operate"},
    {"SLOWLOG HELP", "any"},
    {"LATENCY LATEST", "observe"},
    {"LATENCY HISTORY command", "observe"},
    {"LATENCY DOCTOR", "observe"},
    {"LATENCY RESET", "operate"},
    {"LATENCY HELP", "any"},
    {"CONFIG GET *", "observe"},
    {"CONFIG SET maxclients 100", "operate"},
    {"CONFIG RESETSTAT", "operate"},
    {"CONFIG REWRITE", "operate"},
    {"COMMAND", "any"},
    {"COMMAND COUNT", "any"},
    {"COMMAND INFO get", "any"},
    {"COMMAND DOCS get", "any"},
    {"COMMAND LIST", "any"},
    {"COMMAND GETKEYS get a", "any"},
    {"COMMAND HELP", "any"},
    {"FUNCTION FLUSH", "operate"},
    {"FUNCTION LIST", "any"},
    {"DEBUG SLEEP 0", "operate"},
    {"DEBUG SET-ACTIVE-EXPIRE 1", "operate"},
    {"DEBUG JMAP", "operate"},
    {"DEBUG STRINGMATCH-LEN 1 a", "operate"},
    {"DEBUG RELOAD", "operate"},
    {"ACL WHOAMI", "any"},
    {"ACL USERS", "users"},
    {"ACL LIST", "users"},
    {"ACL GETUSER eve", "users"},
    {"ACL SETUSER eve on", "users"},
    {"ACL DELUSER eve", "users"},
    {"ACL DRYRUN root GET a", "users"},
    {"ACL CAT", "any"},
    {"ACL GENPASS", "any"},
    {"ACL HELP", "any"},
    {"MONITOR", "users"},
    {"HELLO 2", "known"}});

std::string TableName(int db) {
  return db == 0 ? "default" : "redis." + std::to_string(db);
}

void AddNeed(const std::string& text, auth::Needs* needs) {
  static std::set<std::string> kept;  // Needs borrow their texts.
  const auto keep = [](const std::string& one) -> const std::string& {
    return *kept.insert(one).first;
  };
  const std::size_t colon = text.find(':');
  const ActionSet action = *auth::ParseActions(text.substr(0, colon));
  if (colon == std::string::npos) {
    for (const Action server : {Action::kObserve, Action::kOperate, Action::kUsers}) {
      if (action.Has(server)) needs->Server(server);
    }
    return;
  }
  std::string key = text.substr(colon + 1);
  if (key == "all") {
    for (int db = 0; db < 16; ++db) needs->Table(action, keep(TableName(db)));
    return;
  }
  int db = 0;
  if (key.size() > 2 && key[1] == '/') {
    db = key[0] - '0';
    key = key.substr(2);
  }
  if (key.ends_with('*')) {
    needs->Range(action, keep(TableName(db)), keep(key.substr(0, key.size() - 1)));
  } else {
    needs->Key(action, keep(TableName(db)), keep(key));
  }
}

bool Expected(const Sample& sample, const auth::Accounts& accounts, const std::string& user) {
  const std::string text = sample.needs;
  if (text == "anybody") return true;
  const auto at = accounts.users.find(user);
  if (at == accounts.users.end() || !at->second.enabled) return false;
  if (text == "any" || text == "known") return true;
  auth::Needs needs;
  for (const std::string& word : Words(text)) AddNeed(word, &needs);
  return auth::testing::OracleAllowsAll(accounts, user, needs);
}

// Users with one action each, on all keys or some, and those who are somebody.
std::vector<std::string> AddUsers(AuthWorld* world) {
  world->AddUser("root", {Grant::Everything()});
  std::vector<std::string> users = {"", "root"};
  const auto add = [&](const std::string& name, std::vector<Grant> grants) {
    world->AddUser(name, std::move(grants));
    users.push_back(name);
  };
  for (std::size_t i = 0; i < auth::kActions; ++i) {
    const auto action = static_cast<Action>(i);
    const std::string name(auth::ActionName(action));
    add(name, {{.actions = action, .table = "*"}});
    add(name + "-a", {{.actions = action, .table = "default", .keys = KeyRange::Prefix("a")}});
  }
  const ActionSet keys = Action::kRead | ActionSet(Action::kScan) | ActionSet(Action::kWrite) |
                         ActionSet(Action::kDelete);
  add("idle", {});
  add("keys-a", {{.actions = keys, .table = "default", .keys = KeyRange::Prefix("a")}});
  add("keys-all", {{.actions = keys, .table = "*"}});
  add("keys-0", {{.actions = keys, .table = "default"}});
  add("keys-1", {{.actions = keys, .table = "redis.1"}});
  return users;
}

bool IsDenied(const std::string& reply) {
  return reply.starts_with("-NOPERM") || reply.starts_with("-NOAUTH");
}

const Command& CommandOf(const Sample& sample) {
  const std::vector<std::string> words = Words(sample.request);
  const std::vector<std::string_view> views(words.begin(), words.end());
  const Command* container = nullptr;
  const Command* const command = FindCommand(views, &container);
  REQUIRE(command != nullptr);
  return *command;
}

}  // namespace

TEST_CASE("each command has a sample that says what it needs", "[roles-and-audit]") {
  std::set<std::string_view> sampled = {"auth"};  // Its own tests have it.
  for (const Sample& sample : kSamples) sampled.insert(CommandOf(sample).name);
  for (const Command* const command : AllCommands()) {
    if (command->function == nullptr) continue;
    CAPTURE(command->name);
    CHECK(sampled.contains(command->name));
  }
}

TEST_CASE("each command is allowed to whom an oracle allows it, alone, in MULTI and in ACL DRYRUN",
          "[roles-and-audit]") {
  AuthWorld world;
  const std::vector<std::string> users = AddUsers(&world);
  int cells = 0;
  int allowed = 0;
  for (const Sample& sample : kSamples) {
    const Command& command = CommandOf(sample);
    for (const std::string& user : users) {
      CAPTURE(sample.request, user);
      const bool expected = Expected(sample, world.authority().rules()->accounts(), user);
      const int client = world.Client(user);
      const std::string reply = world.Ask(client, sample.request);
      CHECK(IsDenied(reply) != expected);
      ++cells;
      allowed += expected ? 1 : 0;
      world.Ask(client, "RESET");
      if (!user.empty()) {
        const std::string dry =
            world.Ask(world.Client("root"), "ACL DRYRUN " + user + " " + sample.request);
        CHECK((dry == "+OK\n") == expected);
        ++cells;
      }
      if ((command.flags & (kControl | kNoMulti)) != 0) continue;
      const int other = world.Client(user);
      world.Ask(other, "MULTI");
      CHECK(IsDenied(world.Ask(other, sample.request)) != expected);
      const std::string done = world.Ask(other, "EXEC");
      if (!user.empty()) CHECK(done.starts_with("-EXECABORT") != expected);
      world.Ask(other, "RESET");
      ++cells;
    }
  }
  CHECK(cells >= 5'000);
  CHECK(allowed > 500);
}

}  // namespace strata::resp
