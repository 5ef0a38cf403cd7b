#include <catch2/catch.hpp>

#include "scrub_testing.h"

namespace strata::scrub {
namespace {

using strata::testing::DamageByte;
using strata::testing::FilesEnding;

TEST_CASE("the last record of a log is missed if its length was sealed", "[scrub-and-repair]") {
  World world;
  const auto [number, length] = *world.state.sealed_logs.rbegin();
  const auto scrub = [&](std::optional<std::uint64_t> sealed) {
    return NewLogScrub(world.place(), number, sealed, world.told());
  };
  CHECK(world.Read(scrub(length)) == 0);
  CHECK(world.bytes == length);
  const std::string path = JoinPath(world.directory, LogFileName(number));
  DamageByte(world.store.disk(), path, length - 3);  // In the record that ends the log.
  CHECK(world.Read(scrub(length)) == 1);
  CHECK(world.damage[0].file == LogFileName(number));
  CHECK(world.damage[0].offset > 0);
  CHECK(world.Read(scrub({})) == 0);  // Then it looks like a tail that nobody was promised.
}

TEST_CASE("damage in CURRENT, or in the manifest as far as it was written, is told",
          "[scrub-and-repair]") {
  World world;
  const std::string manifest = world.Path("MANIFEST");
  const std::string sound = *world.store.disk().Contents(manifest);
  const FileNumber number = ParseFileName(manifest.substr(3))->number;
  const CurrentManifest written{number, sound.size()};
  const auto scrub = [&] { return NewManifestScrub(world.place(), written, world.told()); };
  CHECK(world.Read(scrub()) == 0);
  for (const std::size_t at : {std::size_t{5}, sound.size() / 2, sound.size() - 3}) {
    DamageByte(world.store.disk(), manifest, at);
    CHECK(world.Read(scrub()) == 1);
    CHECK(manifest.ends_with(world.damage[0].file));
    world.store.disk().SetContents(manifest, sound);
  }
  DamageByte(world.store.disk(), world.Path("CURRENT"), 12);
  CHECK(world.Read(scrub()) == 1);
  CHECK(world.damage[0].file == "CURRENT");
}

}  // namespace
}  // namespace strata::scrub
