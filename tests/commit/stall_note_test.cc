// By what writers are held back: decided by the write controller, counted and told by the note.

#include "commit/stall_note.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

#include "io/clock.h"
#include "io/executor.h"

namespace strata {
namespace {

struct World {
  ManualClock clock;
  std::vector<std::string> events;
  Options options = {.event_sink = [this](std::string_view line) { events.emplace_back(line); }};
  std::unique_ptr<SimExecutor> executor = NewSimExecutor(1, clock);
  StoreContext context{options, {.clock = &clock, .executor = executor.get()}, "db"};
};

struct Case {
  StallCause cause;
  Counter counter;
  std::string name;
};

const std::vector<Case>& Cases() {
  static const std::vector<Case> cases = {
      {StallCause::kMemtables, Counter::kStallMicrosMemtables, "memtables"},
      {StallCause::kCompaction, Counter::kStallMicrosCompaction, "compaction"},
      {StallCause::kBlobs, Counter::kStallMicrosBlobs, "blobs"},
      {StallCause::kMemory, Counter::kStallMicrosMemory, "memory"}};
  return cases;
}

TEST_CASE("a stall is counted by its cause, in all, and told", "[observability]") {
  for (const Case& expected : Cases()) {
    World world;
    NoteStall(world.context, expected.cause, 2'000);
    CHECK(world.context.counters.Get(Counter::kStallMicros) == 2'000);
    for (const Case& other : Cases()) {
      CHECK(world.context.counters.Get(other.counter) ==
            (other.cause == expected.cause ? 2'000 : 0));
    }
    REQUIRE(world.events.size() == 1);
    CHECK(world.events[0].find(R"("event":"stall","cause":")" + expected.name +
                               R"(","micros":2000)") != std::string::npos);
  }
}

TEST_CASE("a short stall is counted and not told", "[observability]") {
  World world;
  NoteStall(world.context, StallCause::kBlobs, 999);
  CHECK(world.context.counters.Get(Counter::kStallMicrosBlobs) == 999);
  CHECK(world.events.empty());
  NoteStall(world.context, StallCause::kBlobs, 1'000);
  CHECK(world.events.size() == 1);
}

TEST_CASE("the cause of a stall is what holds writers back the longest", "[observability]") {
  WritePressure pressure{.memtable_bytes = 1 << 20,
                         .memtable_bytes_max = 1 << 20,
                         .immutables = 2,
                         .immutables_max = 2,
                         .stall_max_us = 1'000'000,
                         .blob_file_bytes = 100};
  const auto cause = [&] { return StallWithCause(pressure).cause; };
  CHECK(cause() == StallCause::kMemtables);  // A ten-thousandth of the longest.
  pressure.blob_bytes_over = 50;
  CHECK(cause() == StallCause::kBlobs);  // A four-hundredth.
  pressure.debt_runs = 2 * kDebtFreeRuns;
  CHECK(cause() == StallCause::kCompaction);  // A ninth.
  pressure.memory_over = 0.5;
  CHECK(cause() == StallCause::kMemory);  // A quarter.
}

}  // namespace
}  // namespace strata
