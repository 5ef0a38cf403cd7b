#include <catch2/catch.hpp>

#include <string>

#include "recovery/recovery.h"
#include "testing/parts_world.h"
#include "testing/results.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::Must;
using testing::Outcome;
using testing::PartsWorld;
using testing::TestStore;

Options Copying() {
  return {.compression = Compression::kNone,
          .level0_runs = 1,
          .blob_threshold = 100,
          .direct_value_bytes = 100};
}

const std::string kApart(300, 'v');

// There are as many small tables as a merge wants: the next opening would rather copy "a", "b" and
// "c" than write a table.
struct World : PartsWorld {
  explicit World(bool direct = true, bool sealed = false)
      : PartsWorld(Copying()), value(direct ? kApart : "v") {
    STRATA_CHECK(parts->Put("old", "0").has_value());
    Kill();
    STRATA_CHECK(Open().has_value());
    STRATA_CHECK(parts->Put("a", value, /*sync=*/true).has_value());
    STRATA_CHECK(parts->Put("b", "2", /*sync=*/true).has_value());
    STRATA_CHECK(parts->Switch().has_value());
    STRATA_CHECK(parts->Put("c", "3", /*sync=*/true).has_value());
    if (sealed) STRATA_CHECK(Close().has_value());
    Kill();
  }

  // As a store is closed: its logs are sealed, the manifest ends.
  Status Close() {
    MutexLock held(parts->context.mutex);
    LocalJournal& journal = parts->journal;
    VersionSet& set = parts->versions.set();
    VersionEdit edit;
    STRATA_TRY_ASSIGN(edit.sealed_logs, journal.SealRetired());
    STRATA_TRY(journal.End());
    edit.sealed_logs.push_back({journal.number(), journal.size()});
    set.SetLastSequence(parts->trees.last_sequence());
    STRATA_TRY(set.LogAndApply(std::move(edit), {}));
    return set.Close();
  }
  std::string Values() {
    std::string text;
    for (const std::string key : {"old", "a", "b", "c"}) {
      const std::string got = parts->Get(key);
      text += got == value ? "v " : got + " ";
    }
    return text;
  }
  std::string log_name() const { return LogFileName(parts->journal.number()) + " "; }

  const std::string value;
};

TEST_CASE("little that logs hold goes into the new log, once there are small tables",
          "[learned-index]") {
  World world(GENERATE(false, true));
  REQUIRE(Outcome(world.Open()) == "ok");
  CHECK(world.Values() == "0 v 2 3 ");
  CHECK(world.Names(".sst").size() == 11);  // Of "old".
  CHECK(world.Names(".wal") == world.log_name());
  CHECK(world->recovered_entries == 3);
  CHECK_FALSE(world->trees.MemTablesEmpty());
  world.PowerCut();
  REQUIRE(Outcome(world.Open()) == "ok");
  CHECK(world.Values() == "0 v 2 3 ");
  CHECK(world->recovered_entries == 3);
  CHECK(world.Names(".wal") == world.log_name());
}

TEST_CASE("copies are known to be as old as what they were made of", "[learned-index]") {
  World world;
  world.clock.Advance(1'000'000);
  REQUIRE(Outcome(world.Open()) == "ok");
  const std::uint64_t since = world->trees.since_us();
  world.clock.Advance(1'000'000);
  world.Kill();
  REQUIRE(Outcome(world.Open()) == "ok");
  CHECK(world->trees.since_us() == since);
}

TEST_CASE("the values of copies are in one file, which a flush makes a blob of",
          "[learned-index]") {
  World world;
  for (int i = 0; i < 3; ++i) {
    REQUIRE(Outcome(world.Open()) == "ok");
    CHECK(world.Names(".blob").size() == 12);
    world.Kill();
  }
  REQUIRE(Outcome(world.Open()) == "ok");
  REQUIRE(world->Switch());
  world.FlushAll();
  CHECK(world->tree()->version->blobs().size() == 1);
  CHECK(world.Values() == "0 v 2 3 ");
}

TEST_CASE("more than a new log should begin with goes into tables", "[learned-index]") {
  World world;
  REQUIRE(Outcome(world.Open()) == "ok");
  const std::string much(20'000, 'x');
  for (int i = 0; i < 20; ++i) REQUIRE(world->Put("key" + std::to_string(i), much));
  world.Kill();
  REQUIRE(Outcome(world.Open()) == "ok");
  CHECK(world->trees.MemTablesEmpty());
  CHECK(world.Names(".sst").size() == 22);
  CHECK(world.Values() == "0 v 2 3 ");
}

TEST_CASE("what was written to tables on the way isn't copied as well", "[learned-index]") {
  World world;
  REQUIRE(Outcome(world.Open()) == "ok");
  const std::string much(90, 'x');
  for (int i = 0; i < 400; ++i) REQUIRE(world->Put("key" + std::to_string(i), much));
  world.Kill();
  world.options.memtable_bytes = 32 << 10;
  REQUIRE(Outcome(world.Open()) == "ok");
  CHECK(world->trees.MemTablesEmpty());
  world.Kill();
  REQUIRE(Outcome(world.Open()) == "ok");
  CHECK(world->recovered_entries == 0);
  CHECK(world->Get("key0") == much);
  CHECK(world->Get("key399") == much);
}

TEST_CASE("an opening that copies may be cut off, or fail, anywhere", "[learned-index]") {
  const bool crash = GENERATE(true, false);
  const bool power = GENERATE(true, false);
  const bool sealed = GENERATE(true, false);
  std::uint64_t operations = 1;
  for (std::uint64_t fail_at = 0; fail_at < operations; ++fail_at) {
    World world(/*direct=*/true, sealed);
    world.faults->SetPlan({.fail_at = fail_at, .fault = Fault::kEio, .crash = crash});
    (void)world.Open().has_value();
    operations = world.faults->operations() + 1;
    if (!world.faults->fired()) break;
    if (power) {
      world.PowerCut();
    } else {
      world.Kill();
    }
    CAPTURE(fail_at, crash, power, sealed);
    REQUIRE(Outcome(world.Open()) == "ok");
    CHECK(world.Values() == "0 v 2 3 ");
    CHECK(world.Names(".wal") == world.log_name());
    CHECK(world.Names(".blob").size() == 12);
    REQUIRE(world->Put("d", "4", /*sync=*/true));
    world.Kill();
    REQUIRE(Outcome(world.Open()) == "ok");
    CHECK(world.Values() == "0 v 2 3 ");
    CHECK(world->Get("d") == "4");
  }
}

TEST_CASE("a copy whose opening came no further is no log, for who only reads either",
          "[learned-index]") {
  World world(/*direct=*/true, /*sealed=*/GENERATE(true, false));
  world.before = [&](const FileEvent& event) {
    if (event.operation != FileOperation::kSync || !event.path.ends_with(".wal")) return;
    world.faults->SetPlan({.fail_at = 1, .crash = true});  // After this sync.
  };
  CHECK_FALSE(world.Open().has_value());
  world.before = nullptr;
  world.Kill();
  const std::string names = world.Names();
  CHECK(world.Names(".wal").size() == 33);  // Two logs and the copy.
  world.options.read_only = true;
  REQUIRE(Outcome(world.Open()) == "ok");
  CHECK(world.Values() == "0 v 2 3 ");
  CHECK(world->recovered_entries == 3);
  CHECK(world.Names() == names);
  world.options.read_only = false;
  REQUIRE(Outcome(world.Open()) == "ok");
  CHECK(world.Values() == "0 v 2 3 ");
  CHECK(world.Names(".wal") == world.log_name());
}

TEST_CASE("an opening that can't copy leaves nothing behind", "[learned-index]") {
  World world;
  world.before = [&](const FileEvent& event) {
    if (event.operation != FileOperation::kSync || !event.path.ends_with(".wal")) return;
    world.faults->SetPlan({.fail_at = 0, .fault = Fault::kEio});
  };
  CHECK(Outcome(world.Open()).starts_with("i/o error"));
  CHECK(world.Names(".wal").size() == 22);
  CHECK(world.Names(".blob").size() == 12);
}

TEST_CASE("entries of many named tables are no file each after a crash", "[learned-index]") {
  TestStore store;
  std::vector<TableRef> tables;
  for (int i = 0; i < 40; ++i) {
    tables.push_back(Must(store->CreateTable("t" + std::to_string(i), {})));
    REQUIRE(store->Put("k", std::to_string(i), {.table = tables.back()}));
  }
  const auto count = [&](std::string_view ending) {
    int files = 0;
    for (const std::string& name : Must(store.disk().List(TestStore::kDirectory))) {
      files += name.ends_with(ending) ? 1 : 0;
    }
    return files;
  };
  for (int i = 0; i < 3; ++i) {
    store.Kill();
    REQUIRE(store.TryOpen());
    CHECK(count(".sst") == 0);
    CHECK(count(".wal") == 1);
  }
  REQUIRE(store->DropTable("t7"));
  store.Kill();
  REQUIRE(store.TryOpen());
  std::string value;
  CHECK(Must(store->Get("k", &value, {.table = Must(store->FindTable("t39"))})));
  CHECK(value == "39");
}

}  // namespace
}  // namespace strata
