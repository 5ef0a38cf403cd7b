#include "keyring/key_sources.h"

#include <catch2/catch.hpp>

#include "io/child_output.h"
#include "keyring_world.h"

namespace strata::keyring {
namespace {

using strata::testing::CodeOf;
using strata::testing::Must;
using strata::testing::Outcome;
using testing::KeyringWorld;

std::string KeyFrom(KeyringWorld& world, const std::string& source) {
  const auto key = ReadKey(world.Sources(*world.disk), source);
  return key ? std::string(key->bytes()) : Outcome(key);
}

TEST_CASE("a key is 32 bytes, or their digits", "[encryption-at-rest]") {
  KeyringWorld world;
  CHECK(KeyFrom(world, "file:/keys/a") == testing::kKeyA);
  std::string digits;
  for (int i = 0; i < 32; ++i) digits += "4B";
  world.variables["K"] = digits;
  CHECK(KeyFrom(world, "env:K") == std::string(32, 'K'));
  world.disk->SetContents("/keys/digits", digits + "\r\n");
  CHECK(KeyFrom(world, "file:/keys/digits") == std::string(32, 'K'));
  // A key of 32 bytes that happens to end with a line's end is taken as it is.
  const std::string with_end = std::string(31, 'x') + "\n";
  world.disk->SetContents("/keys/end", with_end);
  CHECK(KeyFrom(world, "file:/keys/end") == with_end);
}

TEST_CASE("what is no key is refused without being shown", "[encryption-at-rest]") {
  KeyringWorld world;
  world.variables["K"] = "hunter2";
  const std::string said = KeyFrom(world, "env:K");
  CHECK(said ==
        "invalid argument: it gives 7 bytes; a key is 32 random bytes, or 64 hexadecimal digits "
        "(`head -c 32 /dev/urandom > FILE` makes one)");
  world.variables["K"] = std::string(63, '4') + "g";
  CHECK(CodeOf(ReadKey(world.Sources(*world.disk), "env:K")) == "invalid argument");
}

TEST_CASE("systemd's credentials are found in their directory", "[encryption-at-rest]") {
  KeyringWorld world;
  CHECK(KeyFrom(world, "credential:a").find("LoadCredential=") != std::string::npos);
  world.variables["CREDENTIALS_DIRECTORY"] = "/keys";
  CHECK(KeyFrom(world, "credential:a") == testing::kKeyA);
  CHECK(CodeOf(CheckSource("credential:../a")) == "invalid argument");
}

TEST_CASE("a source that isn't one is told which there are", "[encryption-at-rest]") {
  for (const std::string source : {"", "file:", "file:relative", "env:", "kms:x", "/keys/a"}) {
    CAPTURE(source);
    CHECK(CodeOf(CheckSource(source)) == "invalid argument");
  }
  CHECK(Outcome(CheckSource("kms:x")) ==
        "invalid argument: 'kms:x' says no place of a key: give file:/PATH, env:NAME, "
        "credential:NAME or command:COMMAND");
}

TEST_CASE("a command that hangs is an error of its source", "[encryption-at-rest]") {
  KeyringWorld world;
  CHECK(KeyFrom(world, "command:kms get") == "timed out: it took longer than 10000 ms");
  CHECK(world.commands == std::vector<std::string>{"kms get"});
}

TEST_CASE("a command's output is read, within its limits", "[encryption-at-rest]") {
  CHECK(Must(OutputOfCommand("printf key", {})) == "key");
  CHECK(Outcome(OutputOfCommand("printf secret; exit 3", {})) ==
        "i/o error: running 'printf secret; exit 3': it ended with status 3");
  CHECK(CodeOf(OutputOfCommand("yes", {.bytes_max = 100})) == "i/o error");
  CHECK(CodeOf(OutputOfCommand("printf secret; exec sleep 100", {.timeout_ms = 50})) ==
        "timed out");
  CHECK(Must(OutputOfCommand("cat", {})).empty());  // It has no input.
}

}  // namespace
}  // namespace strata::keyring
