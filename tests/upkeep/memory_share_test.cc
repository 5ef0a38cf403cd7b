#include "upkeep/memory_share.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>

#include "commit/write_controller.h"
#include "state/shared_parts.h"
#include "testing/parts_world.h"
#include "testing/results.h"

namespace strata {
namespace {

using testing::Must;
using testing::PartsWorld;

constexpr std::uint64_t kBytes = 1 << 20;

struct World : PartsWorld {
  World() : PartsWorld({.blob_threshold = 0}, Start::kClosed) {
    options.shared =
        Must(SharedResources::Make({.environment = &environment, .memory_budget_bytes = kBytes}));
    REQUIRE(Open());
    share = std::make_unique<MemoryShare>(parts->upkeep(), [this] { ++switches; });
  }
  ~World() {
    share.reset();
    parts.reset();
  }
  MemoryBudget& budget() { return options.shared->parts().memory; }
  SharedUsage usage() { return options.shared->Usage(); }
  void Report() {
    parts->Locked([&] { share->Report(); });
  }

  int switches = 0;
  std::unique_ptr<MemoryShare> share;
};

TEST_CASE("a store's memtables count while they fill and while they wait, its tables later",
          "[learned-index]") {
  World world;
  world.Report();
  CHECK(world.usage().stores == 1);
  CHECK(world.usage().memtable_bytes <= 2 * world.budget().grain() + 8192);
  const std::uint64_t empty = world.usage().memtable_bytes;
  REQUIRE(world->Put("a", std::string(50'000, 'x')));
  world->Locked([&] { world.share->OnWritten(); });
  const std::uint64_t filled = world.usage().memtable_bytes;
  CHECK(filled >= empty + 50'000);
  REQUIRE(world->Switch());
  world.Report();
  CHECK(world.usage().memtable_bytes >= filled - world.budget().grain());
  CHECK(world.usage().table_bytes == 0);
  world.FlushAll();
  world.Report();
  CHECK(world.usage().memtable_bytes == empty);
  const auto& table = world->tree()->version->runs()[0].tables[0];
  CHECK(world.usage().table_bytes == table->reader().memory_bytes());
  CHECK(world.usage().cache_capacity_bytes ==
        kBytes - world.usage().memtable_bytes - world.usage().table_bytes);
  world.share.reset();
  CHECK(world.usage().stores == 0);
  CHECK(world.usage().cache_capacity_bytes == kBytes);
}

TEST_CASE("the store that is to give way switches in a step of its own", "[learned-index]") {
  World world;
  REQUIRE(world->Put("a", std::string(kBytes / 4, 'x')));
  SECTION("it takes writes") {
    world->Locked([&] { world.share->OnWritten(); });
    CHECK(world.switches == 0);  // Its mutex was held, or another store's.
    world.executor->RunAll();
    CHECK(world.switches == 1);
  }
  SECTION("it has failed meanwhile") {
    world->Locked([&] { world.share->OnWritten(); });
    (void)world->health.Remember(Error(ErrorCode::kIo, "x")).has_value();
    world.executor->RunAll();
    CHECK(world.switches == 0);
  }
  SECTION("it closes meanwhile") {
    world->Locked([&] { world.share->OnWritten(); });
    world->health.SetClosing();
    world.executor->RunAll();
    CHECK(world.switches == 0);
  }
}

TEST_CASE("a store that shares no memory reports none", "[learned-index]") {
  PartsWorld world;
  MemoryShare share(world->upkeep(), [] { FAIL("asked to switch"); });
  REQUIRE(world->Put("a", std::string(kBytes, 'x')));
  world->Locked([&] {
    share.OnWritten();
    share.Report();
  });
  world.executor->RunAll();
  CHECK(share.over() == 0);
}

TEST_CASE("writers are slowed the more memtables are past their half", "[learned-index]") {
  World world;
  const auto other = world.budget().Join([] {});
  WritePressure pressure{.memtable_bytes_max = 1 << 20, .stall_max_us = 1'000};
  other->Report({.full = kBytes / 4});
  pressure.memory_over = world.share->over();
  CHECK(StallFor(pressure) == 0);
  std::uint64_t last = 0;
  for (const std::uint64_t eighths : {5, 6, 7, 8}) {
    other->Report({.full = kBytes / 8 * eighths});
    pressure.memory_over = world.share->over();
    CHECK(StallFor(pressure) > last);
    last = StallFor(pressure);
  }
  CHECK(last == 1'000);
}

}  // namespace
}  // namespace strata
