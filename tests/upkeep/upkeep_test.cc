#include "upkeep/upkeep.h"

#include <catch2/catch.hpp>

#include <string>

#include "testing/parts_world.h"
#include "testing/results.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Outcome;
using testing::PartsWorld;

struct World : PartsWorld {
  explicit World(const Options& store_options = {.level0_runs = 3}) : PartsWorld(store_options) {}
  void Look() {
    parts->Locked([&] { upkeep.Look(); });
  }
  // A full memtable that nobody has been told of.
  void Fill(const std::string& value) {
    REQUIRE(parts->Put("a", value));
    REQUIRE(parts->Put("b" + value, value));
    REQUIRE(parts->Switch());
  }
  bool idle() {
    return parts->Locked([&] { return parts->jobs.idle(); });
  }
  std::size_t runs() const { return parts->tree()->version->runs().size(); }

  int idle_switches = 0;
  int soon_switches = 0;
  Upkeep upkeep{parts->upkeep(),
                {.if_idle = [this] { ++idle_switches; }, .soon = [this] { ++soon_switches; }}};
};

TEST_CASE("one look sets off all that follows: flushes, and the merge that they make due",
          "[learned-index]") {
  World world;
  for (const std::string value : {"1", "2", "3"}) world.Fill(value);
  world.Look();
  CHECK_FALSE(world.idle());
  world.executor->RunAll();
  CHECK(world.idle());
  CHECK(world->trees.full().empty());
  CHECK(world.runs() == 1);
  CHECK(world->Get("a") == "3");
}

TEST_CASE("nothing begins in a store that closes, is closed, or has failed", "[learned-index]") {
  World world;
  world.Fill("1");
  SECTION("closes") {
    world->health.SetClosing();
  }
  SECTION("closed") {
    world->health.SetClosed();
  }
  SECTION("failed") {
    (void)world->health.Remember(Error(ErrorCode::kIo, "x")).has_value();
  }
  world.Look();
  CHECK(world.idle());
  CHECK_FALSE(world.executor->RunOne());
  CHECK(world->trees.full().size() == 1);
}

TEST_CASE("while a merge finds no room memtables are written out all the same", "[learned-index]") {
  World world;
  for (const std::string value : {"1", "2", "3"}) world.Fill(value);
  world.FlushAll();
  world.disk->SetCapacity(1);
  world.Look();
  while (!world.upkeep.passing_failure()) REQUIRE(world.executor->RunOne());
  world.disk->SetCapacity(0);
  world.Fill("4");
  world.Look();
  while (world.executor->RunOne()) {  // What is due without the timer.
  }
  CHECK(world->trees.full().empty());
  CHECK(world.runs() == 4);
  CHECK(CodeOf(world->Locked([&] { return world.upkeep.AwaitIdle(); })) == "no space");
  world.executor->RunAll();
  CHECK_FALSE(world.upkeep.passing_failure().has_value());
  CHECK(world.runs() == 1);
}

TEST_CASE("who waits for a flush goes on when its log isn't needed any more", "[learned-index]") {
  World world;
  world.Fill("1");
  const FileNumber log = world->journal.number();
  world.Fill("2");
  world.Look();
  CHECK(Outcome(world->Locked([&] { return world.upkeep.AwaitFlush(log); })) == "ok");
  CHECK(world->versions.set().oldest_log() >= log);
  (void)world->health.Remember(Error(ErrorCode::kIo, "x")).has_value();
  CHECK(CodeOf(world->Locked([&] { return world.upkeep.AwaitFlush(log + 100); })) == "read-only");
}

TEST_CASE("who waits until nothing is due gets what rest would bring, too", "[learned-index]") {
  World world({.level0_runs = 4});
  world.Fill("1");
  world.Fill("2");
  CHECK(Outcome(world->Locked([&] { return world.upkeep.AwaitIdle(); })) == "ok");
  CHECK(world.idle());
  CHECK(world.runs() == 1);  // Two runs are too few to be due.
}

TEST_CASE("the queue's front is told what is owed, and who wrote is asked what is due",
          "[learned-index]") {
  World world({.delete_deadline_us = 400, .level0_runs = 1});
  WritePressure pressure;
  world->Locked([&] { world.upkeep.AddTo(&pressure); });
  CHECK(pressure.debt_bytes == 0);
  CHECK(pressure.blob_file_bytes == world.options.blob_file_bytes);
  world.Fill("1");
  world.FlushAll();
  world.Look();
  world->Locked([&] { world.upkeep.AddTo(&pressure); });
  CHECK(pressure.debt_bytes > 0);
  world.executor->RunAll();

  REQUIRE(world->Delete("a"));
  world->Locked([&] { world.upkeep.OnWritten(*world->tree()); });
  world.clock.Advance(1'000);
  CHECK(world.executor->RunOne());
  CHECK(world.idle_switches == 1);
}

TEST_CASE("the cache gets what memtables and open tables leave of a budget", "[learned-index]") {
  World world({.memtable_bytes = 1 << 20, .memtables_max = 2, .memory_budget_bytes = 8 << 20});
  world.Look();
  CHECK(world->context.cache->capacity_bytes() == 6 << 20);
  world.Fill("1");
  world.FlushAll();
  world.Look();
  const auto& table = world->tree()->version->runs()[0].tables[0];
  CHECK(world->context.cache->capacity_bytes() == (6 << 20) - table->reader().memory_bytes());
}

}  // namespace
}  // namespace strata
