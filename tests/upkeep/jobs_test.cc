#include "upkeep/jobs.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>

namespace strata {
namespace {

struct World {
  bool idle() {
    MutexLock lock(context.mutex);
    return jobs->idle();
  }
  void Run(std::function<Step()> step) {
    MutexLock lock(context.mutex);
    jobs->Run(Priority::kLow, std::move(step));
  }

  ManualClock clock;
  std::unique_ptr<SimExecutor> executor = NewSimExecutor(1, clock);
  StoreContext context{{}, {.clock = &clock, .executor = executor.get()}, "db"};
  std::unique_ptr<Jobs> jobs = std::make_unique<Jobs>(context);
};

TEST_CASE("a job's steps run until one says that it was the last", "[background-work]") {
  World world;
  CHECK(world.idle());
  int steps = 0;
  world.Run([&] {
    CHECK_FALSE(world.idle());
    return ++steps == 3 ? Step::kDone : Step::kMore;
  });
  CHECK_FALSE(world.idle());  // From now on, though no step has run.
  CHECK(world.executor->RunOne());
  CHECK_FALSE(world.idle());
  world.executor->RunAll();
  CHECK(steps == 3);
  CHECK(world.idle());
}

TEST_CASE("a timer rings when its time has come, and its task counts as running",
          "[background-work]") {
  World world;
  const std::uint64_t start = world.clock.NowMicros();
  std::string rung;
  world.jobs->After(700, [&] { rung += world.idle() ? "idle " : "late "; });
  world.jobs->After(500, [&] { rung += "early "; });
  world.jobs->Soon([&] { rung += "soon "; });
  CHECK(world.idle());  // Close doesn't wait for time to pass.
  CHECK(world.executor->RunOne());
  CHECK_FALSE(world.executor->RunOne());
  CHECK(rung == "soon ");
  world.executor->RunAll();
  CHECK(rung == "soon early late ");
  CHECK(world.clock.NowMicros() - start == 700);
  CHECK(world.idle());
}

TEST_CASE("no timer's task begins once the jobs are shut, or gone", "[background-work]") {
  World world;
  int rung = 0;
  world.jobs->After(700, [&] { ++rung; });
  world.jobs->Soon([&] { ++rung; });
  world.jobs->Shut();
  CHECK(world.executor->RunOne());
  world.jobs.reset();
  world.executor->RunAll();
  CHECK(rung == 0);
}

TEST_CASE("who lets go of something later may ask for a job, though the store is gone",
          "[snapshots]") {
  World world;
  const auto soon = world.jobs->SoonWhileOpen();
  int rung = 0;
  soon([&] { ++rung; });
  world.executor->RunAll();
  CHECK(rung == 1);
  world.jobs->Shut();
  world.jobs.reset();
  soon([&] { ++rung; });
  CHECK_FALSE(world.executor->RunOne());
  CHECK(rung == 1);
}
}  // namespace
}  // namespace strata
