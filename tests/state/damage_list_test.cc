#include "state/damage_list.h"

#include <catch2/catch.hpp>

#include <string>

#include "io/clock.h"

namespace strata {
namespace {

Damage At(const std::string& file, std::uint64_t offset) {
  return {.file = file, .offset = offset, .what = file + ": bad checksum"};
}

struct World {
  ManualClock clock;
  std::string events;
  std::unique_ptr<EventTrace> trace =
      std::make_unique<EventTrace>(clock, [this](std::string_view line) { events += line; });
  Counters counters;
  DamageList list{counters, trace};
};

TEST_CASE("a piece is counted and told once, however often it is met", "[scrub-and-repair]") {
  World world;
  CHECK(world.list.empty());
  world.list.OnDamage(At("000007.sst", 100));
  world.list.OnDamage(At("000007.sst", 100));
  world.list.OnDamage(At("000007.sst", 50));
  world.list.OnDamage(At("000005.blob", 9));
  world.list.OnDamage(At("notes.txt", 9));  // None of ours.
  CHECK(world.list.found() == 3);
  CHECK(world.counters.Get(Counter::kDamageFound) == 3);
  CHECK(world.list.Files() == std::set<FileNumber>{5, 7});
  const auto all = world.list.All();
  REQUIRE(all.size() == 3);
  CHECK(all[0].file == "000005.blob");
  CHECK(all[1].offset == 50);
  CHECK(world.events.find("\"event\":\"damage\",\"file\":\"000007.sst\",\"offset\":100") !=
        std::string::npos);
}

TEST_CASE("what is known from before isn't new", "[scrub-and-repair]") {
  World world;
  world.list.OnDamage(At("000007.sst", 100));
  const std::uint64_t before = world.list.found();
  CHECK_FALSE(world.list.FoundSince(before, {7}));
  world.list.OnDamage(At("000007.sst", 100));
  CHECK_FALSE(world.list.FoundSince(before, {7}));
  world.list.OnDamage(At("000008.sst", 100));
  CHECK_FALSE(world.list.FoundSince(before, {7}));
  CHECK(world.list.FoundSince(before, {7, 8}));
}

TEST_CASE("a file that was found whole leaves the list, and may come back", "[scrub-and-repair]") {
  World world;
  world.list.OnDamage(At("000007.sst", 100));
  world.list.OnDamage(At("000008.sst", 100));
  world.list.Clear(7);
  CHECK(world.list.Files() == std::set<FileNumber>{8});
  world.list.OnDamage(At("000007.sst", 100));
  CHECK(world.list.found() == 3);
}

TEST_CASE("the manifest is one thing, whatever its number", "[scrub-and-repair]") {
  World world;
  world.list.OnDamage(At("MANIFEST-000003", 40));
  world.list.OnDamage(At("CURRENT", 0));
  CHECK(world.list.Files() == std::set<FileNumber>{kManifestDamage});
  world.list.Clear(kManifestDamage);
  CHECK(world.list.empty());
}

}  // namespace
}  // namespace strata
