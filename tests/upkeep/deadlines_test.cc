#include "upkeep/deadlines.h"

#include <catch2/catch.hpp>

#include <functional>
#include <string>
#include <vector>

#include "testing/parts_world.h"
#include "testing/results.h"

namespace strata {
namespace {

using testing::Must;
using testing::PartsWorld;

constexpr std::uint64_t kSecond = 1'000'000;
constexpr std::uint64_t kHour = 3'600 * kSecond;

struct World : PartsWorld {
  explicit World(const Options& store_options) : PartsWorld(store_options) {}
  void Start() {
    parts->Locked([&] { deadlines.Start(); });
  }
  void PutAndTell(const Tree& tree) {
    WriteBatch batch;
    batch.Put("k", "v", {.table = {tree.table.id}});
    REQUIRE(parts->Write(batch));
    parts->Locked([&] { deadlines.OnWritten(tree); });
  }
  // Seconds since the beginning, and what was asked for, whenever a timer rang.
  std::string Rung() {
    executor->RunAll();
    return rung;
  }
  void Note(const std::string& what) {
    rung += std::to_string((clock.NowMicros() - begin) / kSecond) + " " + what + "; ";
  }

  const std::uint64_t begin = clock.NowMicros();
  std::string rung;
  std::function<void()> on_look = [] {};
  Failures failures{parts->context, parts->health, parts->jobs, [] {}};
  Compactor compactor{parts->upkeep(), failures, [] {}};
  Deadlines deadlines{parts->upkeep(), compactor, [this] { Note("switch"); },
                      [this] {
                        Note("look");
                        on_look();
                      }};
};

TEST_CASE("a memtable is due after a quarter of the deadline, counted from its first entry",
          "[expiry]") {
  World world({.delete_deadline_us = 400 * kSecond});
  world.Start();
  CHECK(world.Rung().empty());  // Nothing is due, ever.
  world.PutAndTell(*world->tree());
  world.clock.Advance(30 * kSecond);
  world.PutAndTell(*world->tree());
  CHECK(world.Rung() == "100 switch; 100 look; ");
}

TEST_CASE("memtables that can't be switched are tried again after a second", "[expiry]") {
  World world({.delete_deadline_us = 400 * kSecond});
  int looks = 0;
  world.on_look = [&] {
    if (++looks < 3) world.deadlines.Start();
  };
  world.PutAndTell(*world->tree());
  CHECK(world.Rung() == "100 switch; 100 look; 101 switch; 101 look; 102 switch; 102 look; ");
}

TEST_CASE("without a deadline no timer is set", "[expiry]") {
  World world({});
  world.PutAndTell(*world->tree());
  world.Start();
  CHECK_FALSE(world.executor->RunOne());
  CHECK(world.Rung().empty());
}

TEST_CASE("the table that is due first rings first", "[expiry]") {
  World world({.delete_deadline_us = 4'000 * kSecond});
  world->trees.Add(Must(
      world->trees.Make({.id = 1, .name = "t", .options = {.delete_deadline_us = 40 * kSecond}})));
  world.PutAndTell(*world->tree());
  world.PutAndTell(*world->trees.Find({1}));
  world.on_look = [&] {  // As if memtables were switched, and the other one's is due later.
    if (world.rung.find("1000") != std::string::npos) return;
    world->trees.Find({1})->memtable = world->trees.NewMemTable();
    world.deadlines.Start();
  };
  CHECK(world.Rung() == "10 switch; 10 look; 1000 switch; 1000 look; ");
}

TEST_CASE("deletes in tables are looked at again at half of their deadline", "[expiry]") {
  World world({.delete_deadline_us = 400 * kSecond});
  REQUIRE(world->Put("k", "v"));
  REQUIRE(world->Switch());
  REQUIRE(world->Delete("k"));
  REQUIRE(world->Switch());
  world.FlushAll();
  world.Start();
  CHECK(world.Rung() == "200 look; ");  // No memtable is due.
}

TEST_CASE("the wall clock may be set, so no timer sleeps for more than an hour", "[expiry]") {
  World world({.delete_deadline_us = 40 * kHour});
  int looks = 0;
  world.on_look = [&] {
    if (++looks < 10) world.deadlines.Start();
  };
  world.PutAndTell(*world->tree());
  CHECK(world.Rung().starts_with("3600 look; 7200 look; "));
  CHECK(world.rung.ends_with("36000 switch; 36000 look; "));
}

TEST_CASE("a store that closes isn't rung", "[expiry]") {
  World world({.delete_deadline_us = 400 * kSecond});
  world.PutAndTell(*world->tree());
  world->health.SetClosing();
  CHECK(world.Rung().empty());
}

}  // namespace
}  // namespace strata
