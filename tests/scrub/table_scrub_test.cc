#include <catch2/catch.hpp>

#include "scrub_testing.h"

namespace strata::scrub {
namespace {

using strata::testing::DamageByte;

TEST_CASE("a table is read in steps, to its last byte", "[scrub-and-repair]") {
  World world;
  CHECK(world.Read(NewTableScrub(world.place(), world.table(), "t", world.told())) == 0);
  CHECK(world.steps > 5);
  CHECK(world.bytes == world.table().size_bytes);
  CHECK(world.Read(NewTableScrub(world.place(), world.table(), "t", world.told()), 1 << 20) == 0);
  CHECK(world.steps == 1);
}

TEST_CASE("damage in a table is told with its place, its table and its keys",
          "[scrub-and-repair]") {
  World world;
  DamageByte(world.store.disk(), world.Path(".sst"), 300);
  REQUIRE(world.Read(NewTableScrub(world.place(), world.table(), "t", world.told())) == 1);
  const Damage& damage = world.damage.front();
  CHECK(damage.table == "t");
  CHECK(damage.offset <= 300);
  CHECK(damage.what.starts_with(damage.file + ": block at offset "));
  REQUIRE((damage.first && damage.last));
  CHECK("key100" <= *damage.first);
  CHECK(*damage.last <= "key139");
  CHECK(world.bytes == world.table().size_bytes);  // It goes on behind it.
}

TEST_CASE("a table that isn't the one that the manifest means is damage", "[scrub-and-repair]") {
  World world;
  TableMeta meta = world.table();
  meta.footer_checksum ^= 1;
  CHECK(world.Read(NewTableScrub(world.place(), meta, "t", world.told())) == 1);
  CHECK(world.damage.front().first == "key100");
  CHECK(world.damage.front().last == "key139");
  meta = world.table();
  meta.file_id[0] = static_cast<char>(meta.file_id[0] ^ 1);
  CHECK(world.Read(NewTableScrub(world.place(), meta, "t", world.told())) == 1);
  meta = world.table();
  ++meta.number;
  CHECK(world.Read(NewTableScrub(world.place(), meta, "t", world.told())) == 1);
}

}  // namespace
}  // namespace strata::scrub
