#include "upkeep/rest.h"

#include <catch2/catch.hpp>

#include <string>

#include "testing/parts_world.h"
#include "testing/results.h"

namespace strata {
namespace {

using testing::PartsWorld;

struct World : PartsWorld {
  explicit World(const Options& store_options = {.rest_us = 1'000}) : PartsWorld(store_options) {}
  void Start() {
    parts->Locked([&] { rest.Start(); });
  }
  bool IsAtRest() {
    return parts->Locked([&] { return rest.IsAtRest(); });
  }
  // Two runs that could be one.
  void AddRuns() {
    for (const std::string value : {"1", "2"}) {
      REQUIRE(parts->Put("k", value));
      REQUIRE(parts->Switch());
      FlushAll();
    }
  }

  int looks = 0;
  int switches = 0;
  Failures failures{parts->context, parts->health, parts->jobs, [] {}};
  Compactor compactor{parts->upkeep(), failures, [] {}};
  Rest rest{parts->upkeep(), compactor, [this] { ++switches; }, [this] { ++looks; }};
};

TEST_CASE("a store to which nobody writes is at rest, until somebody does", "[learned-index]") {
  World world;
  world.AddRuns();
  world.Start();
  CHECK_FALSE(world.IsAtRest());
  world.executor->RunAll();
  CHECK(world.IsAtRest());
  CHECK(world.looks == 1);
  world.Start();  // It is known to be: no timer is set.
  CHECK_FALSE(world.executor->RunOne());
  REQUIRE(world->Put("k", "3"));
  CHECK_FALSE(world.IsAtRest());
}

TEST_CASE("a write while the timer runs puts rest off", "[learned-index]") {
  World world;
  world.AddRuns();
  world.Start();
  world.Start();  // One timer is enough.
  REQUIRE(world->Put("k", "3"));
  world.executor->RunAll();
  CHECK(world.looks == 1);
  CHECK_FALSE(world.IsAtRest());
  world.Start();
  world.executor->RunAll();
  CHECK(world.looks == 2);
  CHECK(world.IsAtRest());
}

TEST_CASE("no timer is set where rest would bring nothing, or isn't wanted", "[learned-index]") {
  const bool wanted = GENERATE(true, false);
  World world({.rest_us = wanted ? 1'000U : 0U});
  if (!wanted) world.AddRuns();
  REQUIRE(world->Put("k", "3"));
  world.Start();
  world.executor->RunAll();
  CHECK(world.looks == 0);
  CHECK_FALSE(world.IsAtRest());
}

TEST_CASE("a store that closes isn't found at rest", "[learned-index]") {
  World world;
  world.AddRuns();
  world.Start();
  world->health.SetClosing();
  world.executor->RunAll();
  CHECK(world.looks == 0);
  CHECK_FALSE(world.IsAtRest());
}

TEST_CASE("deletes in a reader's way leave memory when they are many, asked for once",
          "[learned-index]") {
  World world;
  const int deletes = GENERATE(499, 500);
  for (int i = 0; i < deletes; ++i) REQUIRE(world->Delete("k" + std::to_string(i)));
  world.rest.OnManyHidden(kDefaultTable);
  world.rest.OnManyHidden(kDefaultTable);
  world.rest.OnManyHidden({7});  // A table that isn't there, in the same job.
  CHECK_FALSE(world->tree()->purge);
  world.executor->RunAll();
  CHECK(world->tree()->purge);  // Its tables are merged down in any case.
  CHECK(world.switches == (deletes == 500 ? 1 : 0));
  CHECK(world.looks == 1);
  world.rest.OnManyHidden({7});
  world.executor->RunAll();
  CHECK(world.looks == 2);
}

TEST_CASE("a store without a way to write isn't purged", "[learned-index]") {
  World world;
  for (int i = 0; i < 500; ++i) REQUIRE(world->Delete("k" + std::to_string(i)));
  (void)world->health.Remember(Error(ErrorCode::kIo, "x")).has_value();
  world.rest.OnManyHidden(kDefaultTable);
  world.executor->RunAll();
  CHECK_FALSE(world->tree()->purge);
  CHECK(world.switches == 0);
}

}  // namespace
}  // namespace strata
