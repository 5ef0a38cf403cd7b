#include "commit/room.h"

#include <catch2/catch.hpp>

#include <string>

#include "commit/fake_background.h"
#include "testing/parts_world.h"
#include "testing/results.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Outcome;
using testing::PartsWorld;

struct World : PartsWorld {
  explicit World(const Options& store_options) : PartsWorld(store_options) {}

  Status Make() {
    return parts->Locked([&] { return room.Make(); });
  }
  // Until the memtable is full.
  void Fill() {
    for (int i = 0; parts->trees.MemTableBytes() < options.memtable_bytes; ++i) {
      REQUIRE(parts->Put("key" + std::to_string(i), std::string(100, 'v')));
    }
  }
  std::size_t full() const { return parts->trees.full().size(); }
  ManifestState state() const { return parts->versions.set().State(); }

  testing::FakeBackground background;
  Room room{parts->context,  parts->health,  parts->trees,
            parts->versions, parts->journal, background};
};

Options Small(SyncMode sync = SyncMode::kAlways) {
  return {.sync = sync, .memtable_bytes = 16 << 10};
}

TEST_CASE("a full memtable gives way to an empty one, with a log that the manifest knows",
          "[background-work]") {
  World world(Small());
  const FileNumber log = world->journal.number();
  REQUIRE(Outcome(world.Make()) == "ok");
  CHECK(world.full() == 0);
  world.Fill();
  REQUIRE(Outcome(world.Make()) == "ok");
  CHECK(world.full() == 1);
  CHECK(world.background.switched == 1);
  CHECK(world->trees.MemTablesEmpty());
  CHECK(world->journal.number() > log);
  CHECK(world->trees.full()[0].oldest_log_after == world->journal.number());
  CHECK(world.state().begun_logs.contains(world->journal.number()));
  CHECK(world->Get("key0") == std::string(100, 'v'));
}

TEST_CASE("a log is sealed before the next one takes a write, if writes are promised to stay",
          "[background-work]") {
  World world(Small(SyncMode::kAlways));
  const FileNumber log = world->journal.number();
  world.Fill();
  const std::uint64_t length = world->journal.size();
  REQUIRE(Outcome(world.Make()) == "ok");
  CHECK_FALSE(world->journal.has_retired());
  CHECK(world.state().sealed_logs[log] > length);  // By its end record.
  world.PowerCut();
  REQUIRE(Outcome(world.Open()) == "ok");
  CHECK(world->Get("key0") == std::string(100, 'v'));
}

TEST_CASE("a log of which nothing was promised is sealed when somebody asks to, if it still counts",
          "[background-work]") {
  World world(Small(SyncMode::kNone));
  world.Fill();
  REQUIRE(Outcome(world.Make()) == "ok");
  const FileNumber second = world->journal.number();
  CHECK(world->journal.has_retired());
  VersionEdit in_tables;  // What the first held is.
  in_tables.oldest_log = second;
  REQUIRE(world->Locked([&] { return world->versions.Install(in_tables, {}); }));
  world->trees.PopOldestFull();
  const auto seal = [&] {
    REQUIRE(world->Locked([&] { return world.room.SealRetiredLogs(); }));
    CHECK_FALSE(world->journal.has_retired());
    return world->versions.set().manifest_bytes();
  };
  const std::uint64_t bytes = world->versions.set().manifest_bytes();
  CHECK(seal() == bytes);  // Of the first there is nothing to say any more.
  world.Fill();
  REQUIRE(Outcome(world.Make()) == "ok");
  CHECK(world.state().sealed_logs.empty());
  CHECK(seal() > bytes);
  CHECK(world.state().sealed_logs.contains(second));
}

TEST_CASE("a writer waits while as many full memtables wait as may, and that is counted",
          "[background-work]") {
  World world(Small());
  world.Fill();
  REQUIRE(Outcome(world.Make()) == "ok");
  world.Fill();
  world.executor->ScheduleAfter(5'000, [&] {
    MutexLock lock(world->context.mutex);
    CHECK(world.full() == 1);  // One waits already: no second one joined it.
    world->trees.PopOldestFull();
    return Step::kDone;
  });
  REQUIRE(Outcome(world.Make()) == "ok");
  CHECK(world.full() == 1);
  CHECK(world.background.switched == 2);
  CHECK(world->context.counters.Get(Counter::kStallMicros) >= 4'000);
}

TEST_CASE("as many full memtables wait as the option says, and no writer before",
          "[background-work][background-work.1]") {
  Options options = Small();
  options.memtables_max = 4;
  World world(options);
  const std::uint64_t start = world.clock.NowMicros();
  // Should somebody wait all the same, this ends it.
  world.executor->ScheduleAfter(5'000, [&] {
    MutexLock lock(world->context.mutex);
    while (world.full() > 0) world->trees.PopOldestFull();
    return Step::kDone;
  });
  for (std::size_t waiting = 1; waiting <= 3; ++waiting) {
    world.Fill();
    REQUIRE(Outcome(world.Make()) == "ok");
    CHECK(world.full() == waiting);
  }
  CHECK(world.clock.NowMicros() == start);
}

TEST_CASE("a failure ends the wait", "[background-work]") {
  World world(Small());
  world.Fill();
  REQUIRE(Outcome(world.Make()) == "ok");
  world.Fill();
  world.executor->ScheduleAfter(5'000, [&] {
    MutexLock lock(world->context.mutex);
    (void)world->health.Remember(Error(ErrorCode::kIo, "no flush")).has_value();
    return Step::kDone;
  });
  CHECK(CodeOf(world.Make()) == "read-only");
  CHECK(world.full() == 1);
}

// A flush that finds no room is tried again after five milliseconds, with this outcome.
void TryAgainSoon(World& world, bool succeeds) {
  world.background.no_room = Error(ErrorCode::kNoSpace, "writing a table: the disk is full");
  world.executor->ScheduleAfter(5'000, [&world, succeeds] {
    MutexLock lock(world->context.mutex);
    world.background.tried_again = true;
    if (succeeds) world.background.no_room.reset();
    if (succeeds) world.background.tried_again = false;
    return Step::kDone;
  });
}

TEST_CASE("a writer waits while a flush that found no room is to be tried again",
          "[background-work][background-work.1]") {
  World world(Small());
  world.clock.Advance(1'000'000);
  TryAgainSoon(world, /*succeeds=*/true);
  const std::uint64_t start = world.clock.NowMicros();
  CHECK(Outcome(world.Make()) == "ok");  // There is room in memory.
  CHECK(world.clock.NowMicros() == start);
  world.Fill();
  CHECK(Outcome(world.Make()) == "ok");
  CHECK(world.clock.NowMicros() - start >= 5'000);
  CHECK(world->context.counters.Get(Counter::kStallMicros) == world.clock.NowMicros() - start);
}

TEST_CASE("when a flush found no room again writers are told, and later ones at once",
          "[background-work]") {
  World world(Small());
  world.Fill();
  TryAgainSoon(world, /*succeeds=*/false);
  const std::string told = Outcome(world.Make());
  CHECK(told.starts_with("no space: nothing is written until"));
  CHECK(told.ends_with("writing a table: the disk is full"));
  const std::uint64_t later = world.clock.NowMicros();
  CHECK(Outcome(world.Make()) == told);
  CHECK(world.clock.NowMicros() == later);
  CHECK(world.full() == 0);
  CHECK_FALSE(world->health.failed());
  world.background.no_room.reset();
  world.background.tried_again = false;
  CHECK(Outcome(world.Make()) == "ok");
}

TEST_CASE(
    "a writer that waits for a memtable to be written out is told when no room was found again",
    "[background-work][background-work.1]") {
  World world(Small());
  world.Fill();
  REQUIRE(Outcome(world.Make()) == "ok");
  world.Fill();
  TryAgainSoon(world, /*succeeds=*/false);
  // Should the writer not be told, this ends its wait.
  world.executor->ScheduleAfter(50'000, [&] {
    MutexLock lock(world->context.mutex);
    world->trees.PopOldestFull();
    return Step::kDone;
  });
  world.background.no_room.reset();  // The trouble begins while it waits.
  world.executor->ScheduleAfter(1'000, [&] {
    world.background.no_room = Error(ErrorCode::kNoSpace, "writing a table: the disk is full");
    return Step::kDone;
  });
  const std::uint64_t start = world.clock.NowMicros();
  CHECK(CodeOf(world.Make()) == "no space");
  CHECK(world.clock.NowMicros() - start < 50'000);
}

TEST_CASE("a writer isn't held for a flush that a closing store won't try again",
          "[background-work]") {
  World world(Small());
  world.Fill();
  world.background.no_room = Error(ErrorCode::kNoDescriptors, "x");
  world.executor->ScheduleAfter(5'000, [&] {
    world->health.SetClosing();
    return Step::kDone;
  });
  CHECK(CodeOf(world.Make()) == "no descriptors");
}

TEST_CASE("a switch that somebody wants holds up no write while a flush finds no room",
          "[background-work]") {
  World world(Small());
  REQUIRE(world->Put("k", "v"));
  world.room.WantSwitch();
  world.background.no_room = Error(ErrorCode::kNoSpace, "x");
  CHECK(Outcome(world.Make()) == "ok");
  CHECK(world.full() == 0);
  world.background.no_room.reset();
  CHECK(Outcome(world.Make()) == "ok");
  CHECK(world.full() == 1);  // It is still wanted.
}

TEST_CASE("no log is begun on a disk that had no room for a table", "[background-work]") {
  World world(Small());
  const FileNumber log = world->journal.number();
  world.Fill();
  world.background.no_room = Error(ErrorCode::kNoSpace, "x");
  CHECK(CodeOf(world->Locked([&] { return world.room.SwitchMemTables(); })) == "no space");
  CHECK(world->journal.number() == log);
  CHECK_FALSE(world->health.failed());
}

TEST_CASE("a log that can't be begun is the store's failure, and nothing was switched",
          "[background-work]") {
  World world(Small());
  const FileNumber log = world->journal.number();
  world.Fill();
  world.faults->SetPlan({.fail_at = 0, .fault = Fault::kEio});
  CHECK(CodeOf(world.Make()) == "i/o error");
  CHECK(world->health.failed());
  CHECK(world.full() == 0);
  CHECK(world->journal.number() == log);
  CHECK(CodeOf(world.Make()) == "read-only");
}

TEST_CASE("what is owed holds writers back, in sleeps that are worth it",
          "[background-work][background-work.2]") {
  World world({.stall_max_ms = 100});
  const std::uint64_t start = world.clock.NowMicros();
  const auto make = [&] {
    REQUIRE(Outcome(world.Make()) == "ok");
    return world.clock.NowMicros() - start;
  };
  CHECK(make() == 0);
  // A little: two delays of 127 microseconds make one sleep.
  world.background.owed.debt_runs = 31;
  CHECK(make() == 0);
  CHECK(make() == 254);
  CHECK(make() == 254);
  world.background.owed.debt_runs = 0;  // What was saved up is forgotten.
  CHECK(make() == 254);
  world.background.owed.debt_runs = 31;
  CHECK(make() == 254);
  world.background.owed.debt_runs = 1'000;  // As much as can be.
  CHECK(make() == 254 + 100'127);
  CHECK(world->context.counters.Get(Counter::kStallMicros) == 254 + 100'127);
}

TEST_CASE("a memtable is only switched when blob files leave room for what it holds",
          "[blob-collection]") {
  World world(Small());
  int waits = 0;
  world.background.await_space = [&] {
    ++waits;
    CHECK(world.full() == 0);
  };
  REQUIRE(Outcome(world.Make()) == "ok");
  CHECK(waits == 0);
  world.Fill();
  REQUIRE(Outcome(world.Make()) == "ok");
  CHECK(waits == 1);
  CHECK(world.full() == 1);
}

TEST_CASE("a switch that is wanted is made by the next writer, once, if there is something",
          "[learned-index]") {
  World world(Small());
  world.room.WantSwitch();
  REQUIRE(Outcome(world.Make()) == "ok");
  CHECK(world.full() == 0);  // There was nothing to write out.
  REQUIRE(world->Put("k", "v"));
  REQUIRE(Outcome(world.Make()) == "ok");
  CHECK(world.full() == 0);
  world.room.WantSwitch();
  REQUIRE(Outcome(world.Make()) == "ok");
  CHECK(world.full() == 1);
}
}  // namespace
}  // namespace strata
