// What a journal of files does beyond the promises of every journal
// (conformance/journal_conformance.h): which files there are, and what is done to them in which
// order.

#include "journal/local_journal.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "io/clock.h"
#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"
#include "testing/results.h"
#include "version/local_table_store.h"
#include "wal/log_reader.h"

namespace strata {
namespace {

using testing::Must;

// Each look at it takes a microsecond.
class SteppingClock final : public Clock {
 public:
  std::uint64_t NowMicros() override { return ++now_; }
  std::uint64_t WallMicros() override { return NowMicros(); }
  void SleepMicros(std::uint64_t micros) override { now_ += micros; }

 private:
  std::uint64_t now_ = 0;
};

struct World {
  World() {
    REQUIRE(disk->CreateDirectories("db"));
    environment.files = files.get();
    environment.clock = &clock;
  }

  Status Begin(FileNumber number) {
    return journal.Begin(number, std::make_shared<DirectValues>(store, 1 << 20, counters));
  }
  Status Append(SequenceNumber first, std::string_view payload) {
    return journal.Append(first, {&payload, 1});
  }
  std::set<std::string> Names() const {
    const auto names = Must(disk->List("db"));
    return {names.begin(), names.end()};
  }
  // What was done to the files since the last plan: "sync 000003.wal", ...
  std::vector<std::string> Done() const {
    std::vector<std::string> done;
    for (const FileEvent& event : files->events()) {
      done.push_back(std::string(FileOperationName(event.operation)) + " " + event.path);
    }
    return done;
  }

  const std::unique_ptr<MemoryFileSystem> disk = NewMemoryFileSystem();
  const std::unique_ptr<FaultyFileSystem> files = NewFaultyFileSystem(*disk);
  SteppingClock clock;
  Environment environment;
  Counters counters;
  LocalTableStore store{{.directory = "db"}};  // Never asked.
  LocalJournal journal{environment, "db", counters};
};

std::uint64_t LogIdOf(const World& world, const std::string& path) {
  const std::string contents = Must(world.disk->Contents(path));
  wal::LogReader reader(contents);
  CHECK_FALSE(Must(reader.Next()));
  return reader.log_id();
}

TEST_CASE("a log is a file with a number for a name, and an id of its own", "[write-ahead-log]") {
  World world;
  REQUIRE(world.Begin(3));
  REQUIRE(world.Begin(12));
  CHECK(world.Names() == std::set<std::string>{"000003.wal", "000012.wal"});
  const std::uint64_t id = LogIdOf(world, "db/000003.wal");
  CHECK(id != 0);
  CHECK(id != LogIdOf(world, "db/000012.wal"));
}

TEST_CASE("a log is never begun over one that is there", "[write-ahead-log]") {
  World world;
  world.disk->SetContents("db/000003.wal", "somebody's");
  CHECK_FALSE(world.Begin(3));
  CHECK(Must(world.disk->Contents("db/000003.wal")) == "somebody's");
}

TEST_CASE("a journal writes to the files that its environment has at the time",
          "[write-ahead-log]") {
  World world;
  const auto other = NewMemoryFileSystem();
  REQUIRE(other->CreateDirectories("db"));
  world.environment.files = other.get();
  REQUIRE(world.Begin(3));
  CHECK(Must(other->List("db")).size() == 1);
  CHECK(world.Names().empty());
  REQUIRE(world.journal.End());
}

TEST_CASE("a log's records and syncs are counted, its bytes as its size says",
          "[write-ahead-log]") {
  World world;
  REQUIRE(world.Begin(3));
  REQUIRE(world.Append(1, "a"));
  REQUIRE(world.Append(2, "b"));
  REQUIRE(world.journal.Sync());
  CHECK(world.counters.Get(Counter::kWalRecords) == 3);  // With the one that begins it.
  CHECK(world.counters.Get(Counter::kWalSyncs) == 1);
  CHECK(world.counters.Get(Counter::kWalBytes) == world.journal.size());
}

TEST_CASE("logs of an earlier run are let go of, and files that are no logs stay",
          "[flush-and-merge]") {
  World world;
  const std::set<std::string> others = {
      "000001.sst", "000001.wal.bak", "1.wal", "000001.WAL", "LOCK", "CURRENT", "MANIFEST-000001"};
  for (const std::string& name : others) world.disk->SetContents("db/" + name, "x");
  for (const char* name : {"000001.wal", "000002.wal", "000009.wal"}) {
    world.disk->SetContents(std::string("db/") + name, "x");
  }
  REQUIRE(world.Begin(3));
  world.journal.Release(3);
  std::set<std::string> kept = others;
  kept.insert({"000003.wal", "000009.wal"});
  CHECK(world.Names() == kept);
}

TEST_CASE("what can't be removed stays, and the journal goes on", "[flush-and-merge]") {
  World world;
  world.disk->SetContents("db/000001.wal", "x");
  REQUIRE(world.Begin(3));
  world.files->SetPlan({.fail_at = 0, .sticky = true});
  world.journal.Release(3);
  world.files->SetPlan({});
  CHECK(world.Names().contains("000001.wal"));
  REQUIRE(world.Append(1, "a"));
  world.journal.Release(3);
  CHECK_FALSE(world.Names().contains("000001.wal"));
}

// Of what was done, the syncs of logs.
std::vector<std::string> SyncsOf(const World& world) {
  auto done = world.Done();
  std::erase_if(done, [](const std::string& what) {
    return !what.starts_with("sync ") || !what.ends_with(".wal");
  });
  return done;
}

TEST_CASE("beginning a log syncs none, ending those before does, one by one", "[background-work]") {
  World world;
  for (FileNumber number = 3; number <= 5; ++number) {
    REQUIRE(world.Begin(number));
    REQUIRE(world.Append(number, "x"));
  }
  CHECK(SyncsOf(world).empty());
  REQUIRE(world.journal.SealRetired());
  CHECK(SyncsOf(world) == std::vector<std::string>{"sync db/000003.wal", "sync db/000004.wal"});
}

TEST_CASE("a log that nobody needs is closed without a sync", "[background-work]") {
  World world;
  REQUIRE(world.Begin(3));
  REQUIRE(world.Append(1, "x"));
  REQUIRE(world.Begin(4));
  world.journal.Release(4);
  REQUIRE(world.journal.Sync());
  CHECK(SyncsOf(world) == std::vector<std::string>{"sync db/000004.wal"});
}

TEST_CASE("a sync of a log is timed by the environment's clock", "[background-work]") {
  World world;
  REQUIRE(world.Begin(3));
  CHECK(world.journal.last_sync_nanos() == 0);
  REQUIRE(world.journal.Sync());
  CHECK(world.journal.last_sync_nanos() == 1'000);
  CHECK(world.journal.sync_times().count() == 1);
}
}  // namespace
}  // namespace strata
