// Commands, by golden scripts: what a client sends, and what it is answered.
//
//   GET k          as client 1          2> GET k       as client 2
//   @wait 1500     the clock goes on by so many milliseconds
//   @pushes 2      what client 2 was sent besides replies

#include <catch2/catch.hpp>

#include <fstream>

#include "resp/command_table.h"
#include "resp/request_parser.h"
#include "resp/resp_world.h"
#include "testing/golden.h"
#include "testing/source_tree.h"
#include "testing/test_store.h"

namespace strata::resp {
namespace {

using testing::Readable;
using testing::RespWorld;

std::string RunLine(RespWorld& world, std::string line) {
  if (line.starts_with("@wait ")) {
    world.store().clock().Advance(std::stoull(line.substr(6)) * 1000);
    return "";
  }
  if (line.starts_with("@pushes ")) return Readable(world.TakePushes(std::stoi(line.substr(8))));
  int client = 1;
  if (const std::size_t mark = line.find("> "); mark == 1) {
    client = line[0] - '0';
    line.erase(0, 3);
  }
  const auto words = SplitWords(line);
  REQUIRE(words.has_value());
  std::string reply = world.Ask(client, *words);
  if (world.closed(client)) reply += "(closed)\n";
  return reply;
}

void RunScript(const std::string& name) {
  RespWorld world;
  strata::testing::RunGoldenScript("resp/" + name, [&](const std::string& command) {
    std::string text;
    std::size_t begin = 0;
    while (begin < command.size()) {
      const std::size_t end = std::min(command.find('\n', begin), command.size());
      text += RunLine(world, command.substr(begin, end - begin));
      begin = end + 1;
    }
    return text;
  });
}

TEST_CASE("commands on values", "[redis-protocol]") {
  RunScript("strings.txt");
}
TEST_CASE("commands that count", "[redis-protocol][redis-protocol.4]") {
  RunScript("counters.txt");
}
TEST_CASE("commands about expiry", "[redis-protocol]") {
  RunScript("expiry.txt");
}
TEST_CASE("commands about keys", "[redis-protocol]") {
  RunScript("keys.txt");
}
TEST_CASE("commands that scan", "[redis-protocol]") {
  RunScript("scan.txt");
}
TEST_CASE("transactions", "[redis-protocol][redis-protocol.4]") {
  RunScript("transactions.txt");
}
TEST_CASE("commands about the connection", "[redis-protocol]") {
  RunScript("connection.txt");
}
TEST_CASE("commands about the server", "[redis-protocol]") {
  RunScript("server.txt");
}
TEST_CASE("what is no request", "[redis-protocol]") {
  RunScript("mistakes.txt");
}

TEST_CASE("each command is told apart, documented and callable", "[redis-protocol]") {
  std::string_view last;
  for (const Command* command : AllCommands()) {
    INFO(command->name);
    CHECK(command->name > last);
    last = command->name;
    CHECK_FALSE(command->summary.empty());
    CHECK_FALSE(command->group.empty());
    CHECK(FindCommand(command->name) == command);
    const bool container = (command->flags & kContainer) != 0;
    CHECK((command->function != nullptr || container));
    CHECK(command->arity != 0);
    const bool is_sub = command->name.find('|') != std::string_view::npos;
    if (is_sub) CHECK(FindCommand(command->name.substr(0, command->name.find('|'))) != nullptr);
    if (command->keys.first > 0) CHECK((command->flags & (kRead | kWrite | kSlow)) != 0);
  }
}

TEST_CASE("each command is in the reference, as COMMAND DOCS has it", "[redis-protocol]") {
  std::ifstream file(strata::testing::SourcePath("docs/redis.md"));
  REQUIRE(file.good());
  const std::string text(std::istreambuf_iterator<char>(file), {});
  for (const Command* command : AllCommands()) {
    if ((command->flags & kContainer) != 0) continue;
    std::string name(command->name);
    for (char& c : name) c = c == '|' ? ' ' : static_cast<char>(std::toupper(c));
    INFO(name);
    CHECK(text.find("| `" + name + "` | " + std::string(command->summary) + " |\n") !=
          std::string::npos);
  }
}

TEST_CASE("SHUTDOWN ends the server and is answered only if it can't", "[redis-protocol]") {
  RespWorld world;
  CHECK(world.Ask({"SHUTDOWN"}) == "-ERR who started the server ends it\n");
  int ended = 0;
  world.shared().on_shutdown = [&ended] { ++ended; };
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"SHUTDOWN", "SOON"},
                                                {"SHUTDOWN", "SAVE", "NOSAVE"},
                                                {"SHUTDOWN", "ABORT", "NOW"}}) {
    CHECK(world.Ask(wrong) == "-ERR syntax error\n");
  }
  CHECK(world.Ask({"SHUTDOWN", "ABORT"}) == "-ERR No shutdown in progress.\n");
  CHECK(world.Ask({"MULTI"}) == "+OK\n");
  CHECK(world.Ask({"SHUTDOWN"}) == "-ERR Command not allowed inside a transaction\n");
  CHECK(ended == 0);
  CHECK(world.Ask(2, {"SHUTDOWN", "nosave", "NOW", "FORCE"}).empty());
  CHECK(ended == 1);
  CHECK(world.closed(2));
}

TEST_CASE("what INCRBYFLOAT wrote can be added to", "[redis-protocol]") {
  RespWorld world;
  CHECK(world.Ask({"INCRBYFLOAT", "f", "1e4900"}).starts_with("$4901"));
  CHECK(world.Ask({"INCRBYFLOAT", "f", "-1e4900"}).starts_with("$1 \"0\""));
}

// Whatever the words are, each request gets one whole reply.
TEST_CASE("random requests get a reply each", "[redis-protocol]") {
  Random random(4);
  const std::vector<std::string> words = {"0",       "1",
                                          "-1",      "k",
                                          "k2",      "",
                                          "NX",      "XX",
                                          "EX",      "PX",
                                          "GET",     "10",
                                          "abc",     "9223372036854775807",
                                          "COUNT",   "MATCH",
                                          "*",       "[a-",
                                          "GT",      "LT",
                                          "KEEPTTL", "LIST",
                                          "INFO",    "HELP",
                                          "ID",      "3",
                                          "1e400",   "nan",
                                          "\xff",    std::string(300, 'x')};
  RespWorld world;
  for (int round = 0; round < 20'000; ++round) {
    const Command& command = *AllCommands()[random.Uniform(AllCommands().size())];
    if (command.name == "quit" || command.name.starts_with("debug|sleep") ||
        command.name == "client|kill" || command.name == "client|reply" ||
        command.name == "monitor" || command.name == "shutdown") {
      continue;
    }
    std::vector<std::string> request;
    const std::size_t bar = command.name.find('|');
    request.emplace_back(command.name.substr(0, bar));
    if (bar != std::string_view::npos) request.emplace_back(command.name.substr(bar + 1));
    for (std::uint64_t i = random.Uniform(6); i > 0; --i) {
      request.push_back(words[random.Uniform(words.size())]);
    }
    const std::string reply = world.Ask(request);
    INFO(request[0] << " " << reply);
    REQUIRE_FALSE(reply.empty());
    REQUIRE(reply.find("CUT") == std::string::npos);
    REQUIRE_FALSE(world.closed(1));
  }
}

}  // namespace
}  // namespace strata::resp
