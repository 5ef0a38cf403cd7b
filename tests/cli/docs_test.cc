// docs/cli.md has every verb and flag that the program has.

#include <catch2/catch.hpp>

#include <fstream>
#include <string>

#include "cli/session.h"
#include "testing/source_tree.h"

namespace strata::cli {
namespace {

std::string Documentation() {
  std::ifstream file(testing::SourcePath("docs/cli.md"));
  REQUIRE(file.good());
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void CheckFlags(const Flags& flags, const std::string& text) {
  for (const Flag& flag : flags.all()) {
    if (flag.is_argument) continue;
    INFO("--" << flag.name);
    CHECK(text.find("| `--" + flag.name) != std::string::npos);
    CHECK_FALSE(flag.help.empty());
  }
}

TEST_CASE("every verb and every flag is in the reference", "[map-and-shell]") {
  const std::string text = Documentation();
  for (const Command& command : AllCommands()) {
    INFO(command.name);
    CHECK(text.find("\n### " + std::string(command.name) + "\n") != std::string::npos);
    CHECK_FALSE(command.summary.empty());
    CHECK_FALSE(command.examples.empty());
    const auto verb = command.make();
    Flags own;
    verb->Declare(own);
    CheckFlags(own, text);
  }
  Globals values;
  Flags globals;
  DeclareStoreFlags(globals, &values);
  DeclareOutputFlags(globals, &values);
  CheckFlags(globals, text);
}

TEST_CASE("no verb has a flag that all verbs have", "[map-and-shell]") {
  Globals values;
  Flags globals;
  DeclareStoreFlags(globals, &values);
  DeclareOutputFlags(globals, &values);
  for (const Command& command : AllCommands()) {
    const auto verb = command.make();
    Flags own;
    verb->Declare(own);
    for (const Flag& flag : own.all()) {
      INFO(command.name << " --" << flag.name);
      CHECK((flag.is_argument || globals.Find(flag.name) == nullptr));
    }
  }
}

}  // namespace
}  // namespace strata::cli
