#include "upkeep/scrub_pass.h"

#include <catch2/catch.hpp>

#include <memory>
#include <set>
#include <string>

#include "testing/damaging.h"
#include "testing/parts_world.h"

namespace strata {
namespace {

using testing::PartsWorld;

struct World : PartsWorld {
  World() : PartsWorld({.block_bytes = 128, .compression = Compression::kNone}) {}

  // A run of level 0 of some five blocks, and so much in each of them.
  void AddRun(const std::string& name) {
    for (int i = 0; i < 20; ++i) {
      REQUIRE(parts->Put(name + std::to_string(10 + i), std::string(20, 'v')));
    }
    REQUIRE(parts->Switch());
    FlushAll();
  }
  std::unique_ptr<ScrubPass> Begin(std::uint64_t first = 0) {
    return parts->Locked([&] { return std::make_unique<ScrubPass>(parts->upkeep(), first); });
  }
  static void ToTheEnd(ScrubPass& pass) {
    while (!pass.Step(1'000)) {
    }
  }
};

TEST_CASE("a pass reads in steps of about the size that is asked for", "[scrub-and-repair]") {
  World world;
  world.AddRun("a");
  world.AddRun("b");
  const auto pass = world.Begin();
  CHECK(pass->files() == 3);  // Two tables, and CURRENT with its manifest.
  int steps = 1;
  std::uint64_t before = 0;
  while (!pass->Step(300)) {
    const std::uint64_t read = pass->report().bytes - before;
    CHECK(read >= 300);
    CHECK(read < 1'000);
    before = pass->report().bytes;
    ++steps;
  }
  CHECK(steps > 3);
  CHECK(pass->files_done() == 3);
  CHECK(pass->report().files == 3);
  CHECK(pass->report().bytes > 1'500);
  CHECK(world->context.counters.Get(Counter::kScrubBytes) == pass->report().bytes);
  CHECK(pass->report().damage.empty());
}

TEST_CASE("a table that goes before its turn is left out", "[scrub-and-repair]") {
  World world;
  world.AddRun("a");
  world.AddRun("b");
  const auto pass = world.Begin();
  const FileNumber second = world->tree()->version->runs()[1].tables[0]->meta().number;
  VersionEdit edit;
  edit.removed = {second};
  REQUIRE(world->Locked([&] { return world->versions.Install(edit, {}); }));
  World::ToTheEnd(*pass);
  CHECK(pass->files() == 3);
  CHECK(pass->files_done() == 3);
  CHECK(pass->report().files == 2);
  CHECK(pass->report().damage.empty());
}

TEST_CASE("a table that goes while it is read is read to its end, and its damage is nobody's",
          "[scrub-and-repair]") {
  World world;
  world.AddRun("a");
  const FileNumber number = world->tree()->version->runs()[0].tables[0]->meta().number;
  const std::string path = world.PathOf(TableFileName(number));
  testing::DamageByte(*world.disk, path, 700);
  const auto pass = world.Begin();
  CHECK_FALSE(pass->Step(1));
  CHECK(pass->file() == TableFileName(number));
  VersionEdit edit;
  edit.removed = {number};
  REQUIRE(world->Locked([&] { return world->versions.Install(edit, {}); }));
  CHECK(*world.disk->Exists(path));  // The pass holds it.
  World::ToTheEnd(*pass);
  CHECK_FALSE(*world.disk->Exists(path));
  CHECK(pass->report().damage.empty());
  CHECK(world->context.damage.empty());
}

TEST_CASE("a pass doesn't hold the files that wait for their turn", "[scrub-and-repair]") {
  World world;
  world.AddRun("a");
  world.AddRun("b");
  const auto pass = world.Begin();
  CHECK_FALSE(pass->Step(1));
  const auto& runs = world->tree()->version->runs();
  const std::string waiting = runs[1].tables[0]->reader().name();
  CHECK(pass->file() != waiting);
  VersionEdit edit;
  edit.removed = {runs[1].tables[0]->meta().number};
  REQUIRE(world->Locked([&] { return world->versions.Install(edit, {}); }));
  CHECK_FALSE(*world.disk->Exists(world.PathOf(waiting)));
}

TEST_CASE("a pass may begin with any file, and reads all of them", "[scrub-and-repair]") {
  World world;
  world.AddRun("a");
  world.AddRun("b");
  std::set<std::string> begun_with;
  for (std::uint64_t first = 0; first < 3; ++first) {
    const auto pass = world.Begin(first);
    (void)pass->Step(1);
    begun_with.insert(pass->file());
    World::ToTheEnd(*pass);
    CHECK(pass->report().files == 3);
  }
  CHECK(begun_with.size() == 3);
}

TEST_CASE("what a pass finds is noted, and what it finds whole is forgotten",
          "[scrub-and-repair]") {
  World world;
  world.AddRun("a");
  const FileNumber number = world->tree()->version->runs()[0].tables[0]->meta().number;
  const std::string path = world.PathOf(TableFileName(number));
  const std::string sound = *world.disk->Contents(path);
  testing::DamageByte(*world.disk, path, 700);
  const auto pass = world.Begin();
  World::ToTheEnd(*pass);
  REQUIRE(pass->report().damage.size() == 1);
  CHECK(world->context.damage.All() == pass->report().damage);
  world.disk->SetContents(path, sound);
  World::ToTheEnd(*world.Begin());
  CHECK(world->context.damage.empty());
}

}  // namespace
}  // namespace strata
