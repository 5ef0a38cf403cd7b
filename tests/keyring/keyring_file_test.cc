#include "keyring/keyring_file.h"

#include <catch2/catch.hpp>

#include "io/faulty_file_system.h"
#include "keyring_world.h"

namespace strata::keyring {
namespace {

using strata::testing::CodeOf;
using strata::testing::Must;
using strata::testing::Outcome;
using testing::KeyringWorld;

Status RotateFile(KeyringWorld& world, FileSystem& files, std::uint64_t now_us = 2) {
  return ChangeKeyring(files, world.path, world.Reader(files), world.entropy,
                       [&](Keyring& keyring) { return keyring.Rotate(world.entropy, now_us); });
}

TEST_CASE("a changed keyring has the one before it beside it", "[encryption-at-rest]") {
  KeyringWorld world;
  const std::string first = world.NewFile();
  REQUIRE(RotateFile(world, *world.disk));
  CHECK(Must(world.disk->Contents(world.path + ".old")) == first);
  const LoadedKeyring loaded = Must(LoadKeyring(*world.disk, world.path, world.Reader()));
  CHECK(loaded.keyring.generation() == 2);
  CHECK_FALSE(loaded.is_older);
}

TEST_CASE("no keyring is made over another", "[encryption-at-rest]") {
  KeyringWorld world;
  world.NewFile();
  const Keyring other = world.New();
  CHECK(CodeOf(CreateKeyring(*world.disk, world.path, other, world.entropy)) == "invalid argument");
  REQUIRE(world.disk->Rename(world.path, world.path + ".old"));
  CHECK(CodeOf(CreateKeyring(*world.disk, world.path, other, world.entropy)) == "invalid argument");
}

TEST_CASE("a worn keyring gives way to the one before, a changed one doesn't",
          "[encryption-at-rest]") {
  KeyringWorld world;
  world.NewFile();
  REQUIRE(RotateFile(world, *world.disk));
  const std::string whole = Must(world.disk->Contents(world.path));
  std::string worn = whole;
  worn[40] = static_cast<char>(worn[40] ^ 1);
  world.disk->SetContents(world.path, worn);
  const LoadedKeyring loaded = Must(LoadKeyring(*world.disk, world.path, world.Reader()));
  CHECK(loaded.is_older);
  CHECK(loaded.keyring.generation() == 1);

  KeyringImage image = Must(DecodeKeyring(whole));
  --image.generation;
  world.disk->SetContents(world.path, EncodeKeyring(image));
  CHECK(Outcome(LoadKeyring(*world.disk, world.path, world.Reader())) ==
        "corruption: keyring /etc/strata.keyring: somebody has changed it");
}

TEST_CASE("a change after wear keeps the whole one", "[encryption-at-rest]") {
  KeyringWorld world;
  const std::string first = world.NewFile();
  REQUIRE(RotateFile(world, *world.disk));
  world.disk->SetContents(world.path, "worn");
  REQUIRE(RotateFile(world, *world.disk));
  CHECK(Must(world.disk->Contents(world.path + ".old")) == first);
  CHECK(Must(LoadKeyring(*world.disk, world.path, world.Reader())).keyring.generation() == 2);
}

TEST_CASE("a keyring that isn't there is not found", "[encryption-at-rest]") {
  KeyringWorld world;
  CHECK(CodeOf(LoadKeyring(*world.disk, world.path, world.Reader())) == "not found");
}

TEST_CASE("a keyring is changed by one at a time", "[encryption-at-rest]") {
  KeyringWorld world;
  world.NewFile();
  const auto lock = Must(world.disk->Lock(world.path + ".lock"));
  CHECK(CodeOf(RotateFile(world, *world.disk)) == "busy");
}

// tikv/tikv#15768, cockroachdb/cockroach#69390: keys were lost by kills while they were rotated.
TEST_CASE("a power cut at any operation of a rotation leaves the old keys, and the new one or not",
          "[encryption-at-rest]") {
  for (int kind = 0; kind < kCrashKinds; ++kind) {
    for (std::uint64_t at = 0;; ++at) {
      CAPTURE(kind, at);
      KeyringWorld world;
      world.NewFile();
      REQUIRE(RotateFile(world, *world.disk, 2));
      const auto before = Must(LoadKeyring(*world.disk, world.path, world.Reader()));
      const auto faulty = NewFaultyFileSystem(*world.disk);
      faulty->SetPlan({.fail_at = at, .crash = true});
      const Status rotated = RotateFile(world, *faulty, 3);
      const bool fired = faulty->fired();
      Random random(at * 8 + static_cast<std::uint64_t>(kind));
      const auto after = world.disk->Crash(static_cast<CrashKind>(kind), random);
      const auto loaded = Must(LoadKeyring(*after, world.path, world.Reader(*after)));
      for (const DataKey& key : before.keyring.keys()) {
        REQUIRE(loaded.keyring.Find(key.id) != nullptr);
      }
      if (rotated) CHECK(loaded.keyring.generation() == 3);
      CHECK((loaded.keyring.generation() == 2 || loaded.keyring.generation() == 3));
      // And it can be tried again.
      CHECK(Outcome(RotateFile(world, *after, 4)) == "ok");
      if (!fired) break;
    }
  }
}

TEST_CASE("a keyring on a full disk stays as it was", "[encryption-at-rest]") {
  KeyringWorld world;
  const std::string first = world.NewFile();
  for (std::uint64_t at = 0;; ++at) {
    const auto faulty = NewFaultyFileSystem(*world.disk);
    faulty->SetPlan({.fail_at = at, .fault = Fault::kFullDisk, .sticky = true});
    const Status rotated = RotateFile(world, *faulty);
    if (!faulty->fired()) break;
    CAPTURE(at);
    CHECK_FALSE(rotated);
    CHECK(Must(world.disk->Contents(world.path)) == first);
  }
}

}  // namespace
}  // namespace strata::keyring
