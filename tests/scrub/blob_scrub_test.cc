#include <catch2/catch.hpp>

#include "scrub_testing.h"

namespace strata::scrub {
namespace {

using strata::testing::DamageByte;

TEST_CASE("a blob file is read value by value, and damage doesn't end it", "[scrub-and-repair]") {
  World world;
  const auto scrub = [&] { return NewBlobScrub(world.place(), world.blob(), "t", world.told()); };
  CHECK(world.Read(scrub()) == 0);
  CHECK(world.steps == 10);  // As many as there are values.
  CHECK(world.bytes >= world.blob().size_bytes * 95 / 100);
  DamageByte(world.store.disk(), world.Path(".blob"), 250);
  DamageByte(world.store.disk(), world.Path(".blob"), 850);
  CHECK(world.Read(scrub()) == 2);
  CHECK(world.steps == 10);
  CHECK(world.damage[0].what.find("value at offset") != std::string::npos);
  CHECK(world.damage[0].table == "t");
  CHECK_FALSE(world.damage[0].first.has_value());  // The tables know who points there.
}

TEST_CASE("a blob file without its index or footer is one piece of damage", "[scrub-and-repair]") {
  for (const std::size_t from_end : {20U, 110U}) {
    World world;
    DamageByte(world.store.disk(), world.Path(".blob"), world.blob().size_bytes - from_end);
    CHECK(world.Read(NewBlobScrub(world.place(), world.blob(), "t", world.told())) == 1);
  }
}

}  // namespace
}  // namespace strata::scrub
