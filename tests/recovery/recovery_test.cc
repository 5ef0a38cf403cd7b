#include "recovery/recovery.h"

#include <catch2/catch.hpp>

#include <string>

#include "testing/parts_world.h"
#include "testing/results.h"
#include "wal/log_reader.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::Outcome;
using testing::PartsWorld;

struct World : PartsWorld {
  explicit World(const Options& store_options = {}) : PartsWorld(store_options) {}

  std::string log_name() const { return LogFileName(parts->journal.number()); }
  std::string LogContents(const std::string& name) const {
    return Must(disk->Contents(PathOf(name)));
  }
  // "ok", or the error, of what is on the disk.
  std::string Reopen() {
    parts.reset();
    return Outcome(Open());
  }
  // As a store is closed: its log is sealed, the manifest ends.
  Status Close() {
    MutexLock held(parts->context.mutex);
    LocalJournal& journal = parts->journal;
    VersionSet& set = parts->versions.set();
    STRATA_TRY(journal.End());
    VersionEdit edit;
    edit.sealed_logs.push_back({journal.number(), journal.size()});
    set.SetLastSequence(parts->trees.last_sequence());
    STRATA_TRY(set.LogAndApply(std::move(edit), {}));
    return set.Close();
  }
  // "a=1 b=none ".
  std::string Values(std::string_view keys) {
    std::string text;
    for (const char key : keys) {
      text += std::string(1, key) + "=" + parts->Get({&key, 1}) + " ";
    }
    return text;
  }
};

TEST_CASE("an empty directory becomes a store, and each opening begins a log that is known",
          "[background-work]") {
  World world;
  CHECK(world->recovered_entries == 0);
  CHECK(world->trees.last_sequence() == 0);
  CHECK(world->versions.set().State().begun_logs.contains(world->journal.number()));
  const FileNumber log = world->journal.number();
  REQUIRE(world.Reopen() == "ok");
  CHECK(world->journal.number() > log);
  CHECK(world.Names(".wal") == world.log_name() + " ");
  CHECK(world.Names(".sst").empty());
  world.parts.reset();
  world.options.error_if_exists = true;
  CHECK(CodeOf(world.Open()) == "invalid argument");
}

TEST_CASE("what wasn't sealed goes into tables, and its logs go", "[background-work]") {
  World world;
  REQUIRE(world->Put("a", "1"));
  REQUIRE(world->Switch());
  REQUIRE(world->Put("b", "2"));
  REQUIRE(world->Delete("a"));
  world.Kill();
  REQUIRE(world.Reopen() == "ok");
  CHECK(world->recovered_entries == 3);
  CHECK(world->trees.last_sequence() == 3);
  CHECK(world.Values("ab") == "a=none b=2 ");
  CHECK(world->trees.MemTablesEmpty());
  CHECK(world.Names(".wal") == world.log_name() + " ");
  CHECK(world->tree()->version->table_count() == 1);
}

TEST_CASE("logs of a store that was closed stay as they are, until there are many",
          "[background-work]") {
  World world;
  REQUIRE(world->Put("a", "0"));
  for (int opened = 1; opened < 8; ++opened) {
    REQUIRE(world.Close());
    REQUIRE(world.Reopen() == "ok");
    REQUIRE(world->Put("a", std::to_string(opened)));
  }
  CHECK(world.Names(".sst").empty());
  CHECK(world.Names(".wal").size() == 88);
  CHECK(world->recovered_entries == 7);
  REQUIRE(world.Close());
  REQUIRE(world.Reopen() == "ok");
  CHECK(world.Names(".wal") == world.log_name() + " ");
  CHECK(world.Values("a") == "a=7 ");
}

TEST_CASE("a log that an opening began, and no manifest knows, is removed", "[background-work]") {
  World world;
  REQUIRE(world->Put("a", "1"));
  LocalJournal other(world.environment, "db", world->context.counters);
  REQUIRE(other.Begin(90, world->trees.NewDirect()));
  REQUIRE(world.Reopen() == "ok");
  CHECK(world.Values("a") == "a=1 ");
  CHECK(world.Names(".wal") == world.log_name() + " ");
  CHECK(world->journal.number() > 90);  // No number is used twice.
}

TEST_CASE("a log that is missing is named, sealed or not", "[background-work]") {
  const bool sealed = GENERATE(false, true);
  World world;
  REQUIRE(world->Put("a", "1", /*sync=*/true));
  const std::string log = world.log_name();
  if (sealed) REQUIRE(world.Close());
  world.Kill();
  REQUIRE(world.disk->Remove(world.PathOf(log)));
  CHECK(world.Reopen().starts_with("corruption: a file is missing: " + log));
}

// A log of three records, of which the last two aren't on the disk.
struct ThreeRecords : World {
  ThreeRecords() {
    REQUIRE(parts->Put("a", "1", /*sync=*/true));
    first = parts->journal.size();
    REQUIRE(parts->Put("b", "2"));
    second = parts->journal.size();
    REQUIRE(parts->Put("c", "3"));
    third = parts->journal.size();
    log = log_name();
    Kill();
  }
  std::string OpenCutAt(std::uint64_t length) {
    disk->SetContents(PathOf(log), LogContents(log).substr(0, length));
    return Reopen();
  }
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  std::uint64_t third = 0;
  std::string log;
};

TEST_CASE("a torn tail of the last log takes records with it, from the end", "[background-work]") {
  const std::uint64_t cut = GENERATE(0U, 1U, 39U);  // Off the last record, or the one before.
  ThreeRecords world;
  const bool two_left = GENERATE(true, false);
  REQUIRE(world.OpenCutAt((two_left ? world.third : world.second) - 1 - cut) == "ok");
  CHECK(world.Values("abc") == (two_left ? "a=1 b=2 c=none " : "a=1 b=none c=none "));
  CHECK(world->trees.last_sequence() == (two_left ? 2 : 1));
  REQUIRE(world->Put("d", "4"));
  world.Kill();
  REQUIRE(world.Reopen() == "ok");
  CHECK(world.Values("bcd") == (two_left ? "b=2 c=none d=4 " : "b=none c=none d=4 "));
}

TEST_CASE("damage before what is known to be on the disk is an error with its place",
          "[background-work]") {
  ThreeRecords world;
  std::string contents = world.LogContents(world.log);
  contents[world.first - 2] ^= 1;
  world.disk->SetContents(world.PathOf(world.log), contents);
  const std::string outcome = world.Reopen();
  CHECK(outcome.starts_with("corruption: replaying " + world.log + ": record at offset "));
}

TEST_CASE("the end of a log may be lost with all after it, unless that was promised",
          "[background-work]") {
  const bool promised = GENERATE(false, true);
  World world;
  REQUIRE(world->Put("a", "1", /*sync=*/true));
  REQUIRE(world->Put("b", "2"));
  const std::uint64_t length = world->journal.size();
  const std::string log = world.log_name();
  REQUIRE(world->Switch());
  REQUIRE(world->Put("c", "3"));
  if (promised) {
    REQUIRE(world->journal.Sync());
    REQUIRE(world->Put("d", "4"));  // Says that it was.
  }
  world.Kill();
  world.disk->SetContents(world.PathOf(log), world.LogContents(log).substr(0, length - 1));
  const std::string outcome = world.Reopen();
  if (promised) {
    CHECK(outcome.starts_with("corruption: replaying " + log + ": the log ends at offset "));
  } else {
    REQUIRE(outcome == "ok");
    CHECK(world.Values("abc") == "a=1 b=none c=none ");
  }
}

TEST_CASE("logs that hold more than a memtable are written out on the way", "[background-work]") {
  World world;
  for (int i = 100; i < 200; ++i) {
    REQUIRE(world->Put("key" + std::to_string(i), std::string(500, 'v')));
  }
  world.Kill();
  world.options.memtable_bytes = 16 << 10;
  REQUIRE(world.Reopen() == "ok");
  CHECK(world->recovered_entries == 100);
  CHECK(world->tree()->version->runs().size() > 2);
  CHECK(world->Get("key100") == std::string(500, 'v'));
  CHECK(world->Get("key199") == std::string(500, 'v'));
  CHECK(world->trees.MemTablesEmpty());
  world.Kill();
  REQUIRE(world.Reopen() == "ok");
  CHECK(world->recovered_entries == 0);
  CHECK(world->Get("key100") == std::string(500, 'v'));
}

TEST_CASE("files that no edit names are removed, and their numbers not used again",
          "[background-work]") {
  World world;
  REQUIRE(world->Put("a", "1"));
  for (const std::string name : {"000090.sst", "000091.tmp", "MANIFEST-000092"}) {
    world.disk->SetContents(world.PathOf(name), "x");
  }
  world.disk->SetContents(world.PathOf("notes.txt"), "x");
  REQUIRE(world.Reopen() == "ok");
  CHECK(world.Names("000090.sst").empty());
  CHECK(world.Names(".tmp").empty());
  CHECK(world.Names("MANIFEST-000092").empty());
  CHECK(world.Names("notes") == "notes.txt ");  // Not one of ours.
  CHECK(world->versions.set().NewFileNumber() > 92);
  CHECK(world.Values("a") == "a=1 ");
}

Options Apart() {
  return {.compression = Compression::kNone, .blob_threshold = 100, .direct_value_bytes = 100};
}

TEST_CASE("values that a log points to come back, in files of their own", "[value-separation]") {
  World world(Apart());
  REQUIRE(world->Put("a", std::string(300, '1')));
  REQUIRE(world->Put("b", "2"));
  const std::string blob = world.Names(".blob");
  CHECK(blob.size() == 12);
  world.Kill();
  REQUIRE(world.Reopen() == "ok");
  CHECK(world->Get("a") == std::string(300, '1'));
  CHECK(world.Values("b") == "b=2 ");
  CHECK(world.Names(".blob").size() == 12);
  CHECK(world.Names(".blob") != blob);  // What a writer may have left half done isn't gone on with.
  CHECK(world->tree()->version->blobs().size() == 1);
}

TEST_CASE("a log ends where a value is missing that nobody was promised", "[value-separation]") {
  const bool promised = GENERATE(false, true);
  World world(Apart());
  REQUIRE(world->Put("a", "1", /*sync=*/true));
  REQUIRE(world->Put("b", std::string(300, '2')));
  if (promised) REQUIRE(world->journal.Sync());
  REQUIRE(world->Put("c", "3"));  // Says so, if it was.
  const std::string blob = world.Names(".blob").substr(0, 11);
  const std::string log = world.log_name();
  world.Kill();
  REQUIRE(world.disk->Remove(world.PathOf(blob)));
  const std::string outcome = world.Reopen();
  if (promised) {
    CHECK(outcome.starts_with("corruption: replaying " + log));
    CHECK(outcome.find(blob) != std::string::npos);
  } else {
    REQUIRE(outcome == "ok");
    CHECK(world.Values("abc") == "a=1 b=none c=none ");
    CHECK(world->trees.last_sequence() == 1);
  }
}

TEST_CASE("a log that was sealed lacks no value", "[value-separation]") {
  World world(Apart());
  REQUIRE(world->Put("b", std::string(300, '2')));
  const std::string blob = world.Names(".blob").substr(0, 11);
  REQUIRE(world.Close());
  world.Kill();
  REQUIRE(world.disk->Remove(world.PathOf(blob)));
  CHECK(CodeOf(world.Open()) == "corruption");
}

TEST_CASE("an opening that fails leaves no copies of values behind", "[value-separation]") {
  World world(Apart());
  REQUIRE(world->Put("b", std::string(300, '2')));
  world.Kill();
  const std::string blobs = world.Names(".blob");
  std::string copied;
  world.before = [&](const FileEvent& event) {
    if (event.operation != FileOperation::kCreate || !event.path.ends_with(".wal")) return;
    copied = world.Names(".blob");
    world.faults->SetPlan({.fail_at = 0, .fault = Fault::kEio});
  };
  CHECK(world.Reopen().starts_with("i/o error"));
  CHECK(copied.size() == 24);
  CHECK(world.Names(".blob") == blobs);
  world.before = nullptr;
  REQUIRE(world.Reopen() == "ok");
  CHECK(world->Get("b") == std::string(300, '2'));
}

TEST_CASE("a store that is opened to be read changes nothing, and takes no writes",
          "[learned-index]") {
  World world(Apart());
  REQUIRE(world->Put("a", "1"));
  REQUIRE(world->Put("b", std::string(300, '2')));
  REQUIRE(world->Switch());
  REQUIRE(world->Put("c", "3"));
  world.Kill();
  world.options.read_only = true;
  int changes = 0;
  world.before = [&](const FileEvent&) { ++changes; };
  const std::string files = world.Names();
  REQUIRE(world.Reopen() == "ok");
  CHECK(world.Values("ac") == "a=1 c=3 ");
  CHECK(world->Get("b") == std::string(300, '2'));
  CHECK(CodeOf(world->health.CheckWritable()) == "read-only");
  CHECK(changes == 0);
  CHECK(world.Names() == files);

  world.options.memory_budget_bytes = 1;
  CHECK(CodeOf(world.Open()) == "invalid argument");
  CHECK(changes == 0);
}
}  // namespace
}  // namespace strata
