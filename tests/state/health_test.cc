#include "state/health.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

#include "io/clock.h"
#include "io/executor.h"
#include "testing/results.h"

namespace strata {
namespace {

using testing::Outcome;

struct World {
  ManualClock clock;
  std::vector<std::string> events;
  Options options = {.event_sink = [this](std::string_view line) { events.emplace_back(line); }};
  std::unique_ptr<SimExecutor> executor = NewSimExecutor(1, clock);
  StoreContext context{options, {.clock = &clock, .executor = executor.get()}, "db"};
  Health health{context};
};

TEST_CASE("the first failure is why nothing more is written, and is told once",
          "[write-ahead-log]") {
  World world;
  CHECK(Outcome(world.health.Remember({})) == "ok");
  CHECK(Outcome(world.health.CheckWritable()) == "ok");
  CHECK_FALSE(world.health.failed());

  CHECK(Outcome(world.health.Remember(Error(ErrorCode::kIo, "the first"))) ==
        "i/o error: the first");
  CHECK(Outcome(world.health.Remember(Error(ErrorCode::kIo, "the second"))) ==
        "i/o error: the second");
  CHECK(Outcome(world.health.Remember({})) == "ok");  // No later success makes it good.
  CHECK(world.health.failed());
  const std::string why = Outcome(world.health.CheckWritable());
  CHECK(why.starts_with("read-only"));
  CHECK(why.find("the first") != why.npos);
  REQUIRE(world.events.size() == 1);
  CHECK(world.events[0].find("the first") != std::string::npos);
}

TEST_CASE("a closed store says that it is, whatever failed before", "[write-ahead-log]") {
  World world;
  (void)world.health.Remember(Error(ErrorCode::kIo, "x")).has_value();
  world.health.SetClosed();
  CHECK(Outcome(world.health.CheckWritable()) == "aborted: the store is closed");
}

TEST_CASE("a store that was opened to be read has no failure to tell of", "[learned-index]") {
  World world;
  world.health.SetReadOnly(Error(ErrorCode::kReadOnly, "it was opened to be read only"));
  CHECK(testing::CodeOf(world.health.CheckWritable()) == "read-only");
  CHECK(world.events.empty());
}
}  // namespace
}  // namespace strata
