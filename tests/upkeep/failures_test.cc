#include "upkeep/failures.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

#include "testing/results.h"

namespace strata {
namespace {

using testing::CodeOf;

struct World {
  void Note(Status status) {
    MutexLock lock(context.mutex);
    failures.Note(std::move(status));
  }
  void Note(ErrorCode code, const std::string& why = "x") { Note(Error(code, why)); }
  // How long it takes until somebody looks again.
  std::uint64_t MicrosUntilNextLook() {
    const std::uint64_t start = clock.NowMicros();
    executor->RunAll();
    return clock.NowMicros() - start;
  }

  ManualClock clock;
  std::unique_ptr<SimExecutor> executor = NewSimExecutor(1, clock);
  std::vector<std::string> events;
  StoreContext context{{.event_sink = [this](std::string_view line) { events.emplace_back(line); }},
                       {.clock = &clock, .executor = executor.get()},
                       "db"};
  Health health{context};
  Jobs jobs{context};
  int looks = 0;
  Failures failures{context, health, jobs, [this] { ++looks; }};
};

TEST_CASE("a job that found no room is tried again later, each time after twice as long",
          "[background-work]") {
  World world;
  std::vector<std::uint64_t> seconds;
  for (int i = 0; i < 8; ++i) {
    world.Note(i % 2 == 0 ? ErrorCode::kNoSpace : ErrorCode::kNoDescriptors);
    CHECK(world.failures.passing().has_value());
    seconds.push_back(world.MicrosUntilNextLook() / 1'000'000);
    CHECK_FALSE(world.failures.passing().has_value());
    CHECK(world.looks == i + 1);
  }
  CHECK(seconds == std::vector<std::uint64_t>{1, 2, 4, 8, 16, 32, 60, 60});
  CHECK_FALSE(world.health.failed());
  CHECK(world.events.size() == 8);

  world.Note(Status());  // A job that succeeds: the next failure is the first again.
  world.Note(ErrorCode::kNoSpace);
  CHECK(world.MicrosUntilNextLook() == 1'000'000);
}

TEST_CASE("that a job can be done again is told, and what failed before it is known until then",
          "[background-work]") {
  World world;
  world.Note(Status());
  CHECK(world.events.empty());
  world.Note(ErrorCode::kNoSpace, "first");
  CHECK(world.failures.tries() == 1);
  world.MicrosUntilNextLook();
  CHECK(world.failures.last()->message() == "first");
  world.Note(ErrorCode::kNoSpace, "second");
  CHECK(world.failures.tries() == 2);
  CHECK(world.failures.last()->message() == "second");
  world.Note(Status());
  CHECK_FALSE(world.failures.last().has_value());
  CHECK(world.failures.tries() == 0);
  REQUIRE(world.events.size() == 3);
  CHECK(world.events[2].find("background_recovery") != std::string::npos);
}

TEST_CASE("jobs that fail together are tried again together", "[background-work]") {
  World world;
  world.Note(ErrorCode::kNoSpace, "first");
  world.Note(ErrorCode::kNoSpace, "second");
  CHECK(world.failures.passing()->message() == "first");
  CHECK(world.MicrosUntilNextLook() == 1'000'000);
  CHECK(world.looks == 1);
}

TEST_CASE("any other failure of a job ends all writing, but that it was given up",
          "[background-work]") {
  World world;
  world.Note(ErrorCode::kAborted);
  CHECK_FALSE(world.health.failed());
  world.Note(ErrorCode::kCorruption, "bad block");
  CHECK(CodeOf(world.health.CheckWritable()) == "read-only");
  CHECK(world.health.cause().error().message() == "bad block");
  world.Note(ErrorCode::kNoSpace);  // There is nothing to try again for.
  CHECK_FALSE(world.failures.passing().has_value());
  CHECK(world.MicrosUntilNextLook() == 0);
  CHECK(world.looks == 0);
}

}  // namespace
}  // namespace strata
