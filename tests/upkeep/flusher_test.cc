#include "upkeep/flusher.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "testing/parts_world.h"
#include "testing/results.h"

namespace strata {
namespace {

using testing::Must;
using testing::Outcome;
using testing::PartsWorld;

struct World : PartsWorld {
  // Flushes as long as something is due; `after` sees what each flush left.
  void Flush(const std::function<void()>& after = [] {}) {
    Flusher* running = nullptr;
    const auto look = [&] {
      after();
      if (!parts->health.failed()) running->Start();
    };
    Failures failures(parts->context, parts->health, parts->jobs, look);
    Flusher flusher(parts->upkeep(), failures, look);
    running = &flusher;
    parts->Locked([&] { flusher.Start(); });
    executor->RunAll();
  }
};

TEST_CASE("full memtables are written out one by one, the oldest first", "[background-work]") {
  World world;
  std::vector<FileNumber> logs = {world->journal.number()};
  for (const std::string value : {"1", "2", "3"}) {
    REQUIRE(world->Put("k", value));
    REQUIRE(world->Switch());
    logs.push_back(world->journal.number());
  }
  std::string after;
  world.Flush([&] {
    after += std::to_string(world->trees.full().size()) + " wait, ";
    const FileNumber oldest = world->versions.set().oldest_log();
    after += std::to_string(std::find(logs.begin(), logs.end(), oldest) - logs.begin()) + " gone; ";
    CHECK(world->Get("k") == "3");
  });
  CHECK(after == "2 wait, 1 gone; 1 wait, 2 gone; 0 wait, 3 gone; ");
  const auto& runs = world->tree()->version->runs();
  REQUIRE(runs.size() == 3);
  CHECK(runs[0].tables[0]->meta().sequence_min == 3);
  CHECK(runs[2].tables[0]->meta().sequence_min == 1);
  CHECK(world.Names(".wal") == LogFileName(logs[3]) + " ");
  CHECK(world->Locked([&] { return world->jobs.idle(); }));
}

TEST_CASE("a log goes after the edit that makes it needless, and tables come before it",
          "[background-work]") {
  World world;
  REQUIRE(world->Put("k", "v"));
  const std::string log = LogFileName(world->journal.number());
  REQUIRE(world->Switch());
  world.faults->SetPlan({});
  world.Flush();
  const std::uint64_t table = world.EventAt(FileOperation::kSync, ".sst");
  const std::uint64_t directory = world.EventAt(FileOperation::kSyncDirectory, "db");
  const std::uint64_t edit = world.EventAt(FileOperation::kSync, "MANIFEST");
  const std::uint64_t removed = world.EventAt(FileOperation::kRemove, log);
  CHECK(table < directory);
  CHECK(directory < edit);
  CHECK(edit < removed);
  CHECK(removed < world.faults->operations());
}

TEST_CASE("when the edit can't be written all logs stay, and so does what waits",
          "[background-work]") {
  World same;
  REQUIRE(same->Put("k", "v", /*sync=*/true));
  REQUIRE(same->Switch());
  same.faults->SetPlan({});
  same.Flush();
  const std::uint64_t sync_of_edit = same.EventAt(FileOperation::kSync, "MANIFEST");

  World world;
  REQUIRE(world->Put("k", "v", /*sync=*/true));
  REQUIRE(world->Switch());
  const std::string logs = world.Names(".wal");
  world.faults->SetPlan({.fail_at = sync_of_edit, .fault = Fault::kSyncLosesOnCrash});
  world.Flush();
  CHECK(world.faults->fired());
  CHECK(world->health.failed());
  CHECK(world.Names(".wal") == logs);
  CHECK(world->trees.full().size() == 1);
  CHECK(world->Get("k") == "v");
  world.PowerCut();
  REQUIRE(Outcome(world.Open()) == "ok");
  CHECK(world->Get("k") == "v");
}

// Whatever goes wrong for want of room before the edit, nothing is left of the attempt, and the
// next one does it.
TEST_CASE("a flush that finds no room leaves no file, and is tried again until there is",
          "[background-work]") {
  const Fault fault = GENERATE(Fault::kEnospc, Fault::kEdquot, Fault::kEmfile);
  int retried = 0;
  bool fired = true;
  for (std::uint64_t at = 0; fired; ++at) {
    CAPTURE(at);
    World world;
    REQUIRE(world->Put("k", "v", /*sync=*/true));
    REQUIRE(world->Switch());
    REQUIRE(world->Put("k2", "v2", /*sync=*/true));
    const std::string before = world.Names();
    world.faults->SetPlan({.fail_at = at, .fault = fault});
    world.Flush([&] {
      if (world->trees.full().empty() || world->health.failed()) return;
      ++retried;
      CHECK(world.Names() == before);
      CHECK(world->Get("k") == "v");
    });
    fired = world.faults->fired();
    const bool in_table =
        fired && world.faults->events()[world.faults->fired_at()].path.ends_with(".sst");
    CHECK((!in_table || !world->health.failed()));
    CHECK(world->trees.full().empty() == !world->health.failed());
    CHECK(world->Get("k") == "v");
    world.PowerCut();
    REQUIRE(Outcome(world.Open()) == "ok");
    CHECK(world->Get("k") == "v");
    CHECK(world->Get("k2") == "v2");
  }
  CHECK(retried > 0);
}

TEST_CASE("a full disk doesn't end a store that only had a flush to write", "[background-work]") {
  World world;
  REQUIRE(world->Put("k", std::string(10'000, 'v')));
  REQUIRE(world->Switch());
  const std::string before = world.Names();
  world.disk->SetCapacity(1);
  int looks = 0;
  const std::uint64_t start = world.clock.NowMicros();
  world.Flush([&] {
    if (++looks == 5) world.disk->SetCapacity(0);
    if (!world->trees.full().empty()) CHECK(world.Names() == before);
  });
  CHECK(world.clock.NowMicros() - start >= 1'000'000);
  CHECK(world->trees.full().empty());
  CHECK_FALSE(world->health.failed());
  CHECK(world->tree()->version->table_count() == 1);
}

TEST_CASE("a table that is dropped while it is written out leaves nothing behind", "[tables]") {
  World world;
  const NamedTable table{.id = 1, .name = "t"};
  VersionEdit create{.created = {table}, .next_named_table = 2};
  REQUIRE(world->Locked([&] { return world->versions.Install(create, {}); }));
  const auto tree = Must(world->trees.Make(table));
  world->trees.Add(tree);
  WriteBatch batch;
  batch.Put("k", "default");
  batch.Put("k", "own", {.table = {1}});
  REQUIRE(world->Write(batch));
  REQUIRE(world->Switch());
  world.before = [&](const FileEvent& event) {
    if (event.operation != FileOperation::kSync || !event.path.ends_with(".sst")) return;
    world.before = nullptr;
    world->Locked([&] {
      CHECK(world->versions.Install({.dropped = {1}}, {}));
      world->trees.Drop(tree);
    });
  };
  world.Flush();
  CHECK_FALSE(world->health.failed());
  REQUIRE(world->tree()->version->table_count() == 1);
  const auto& kept = world->tree()->version->runs()[0].tables[0]->meta();
  CHECK(world.Names(".sst") == TableFileName(kept.number) + " ");
  CHECK(world->Get("k") == "default");
  world.Kill();
  REQUIRE(Outcome(world.Open()) == "ok");
  CHECK(world->Get("k") == "default");
}
}  // namespace
}  // namespace strata
