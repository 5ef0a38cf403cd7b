// Backups of a store, as strata/backup.h has them: made, listed, checked, pruned, restored.

#include "strata/backup.h"

#include <algorithm>

#include "backup/writer.h"
#include "backup_world.h"
#include "base/random.h"
#include "strata/table.h"
#include "testing/ledger.h"
#include "testing/random_options.h"

namespace strata::testing {
namespace {

std::vector<std::string> Objects(BackupWorld& world, std::string_view prefix) {
  auto names = Must(world.disk().List(kBackups));
  std::erase_if(names, [&](const std::string& name) { return !name.starts_with(prefix); });
  return names;
}

void Damage(BackupWorld& world, const std::string& path, std::size_t at) {
  std::string bytes = Must(world.disk().Contents(path));
  bytes.at(at) = static_cast<char>(bytes.at(at) ^ 0x20);
  world.disk().SetContents(path, bytes);
}

TEST_CASE("a restored backup is the store as it was", "[backup-and-restore]") {
  BackupWorld world;
  const TableRef table = Must(world.db().CreateTable("t", {.ttl_us = 60'000'000}));
  world.Fill(0, 200);
  REQUIRE(world.db().Put("a", "in the table", {.table = table}));
  REQUIRE(world.db().Put("gone soon", "1", {.ttl_us = 30'000'000}));
  REQUIRE(world.db().Delete("k1003"));
  const BackupInfo made = world.Make({.name = "first"});
  CHECK(made.number == 1);
  CHECK(made.files == made.new_files);
  CHECK(made.sequence == world.db().DurableVersion());
  REQUIRE(world.db().Put("later", "1"));
  REQUIRE(world.db().DropTable("t"));
  REQUIRE(world.db().CompactRange({}, {}));

  CHECK(Must(world.Restored("new")) == world.held[1]);
  const Environment there = world.environment();
  Options options = SmallTables();
  options.environment = &there;
  const auto restored = Must(DB::Open(options, "new"));
  CHECK(restored->Stats().store_id != world.db().Stats().store_id);
  CHECK(restored->ListTables()[1].options.ttl_us == 60'000'000);
  const auto entry = Must(restored->GetEntry("gone soon"));
  REQUIRE(entry.has_value());
  CHECK(entry->version == made.sequence - 1);
  REQUIRE(restored->Put("own", "1"));
  world.store().clock().Advance(40'000'000);
  std::string value;
  CHECK_FALSE(Must(restored->Get("gone soon", &value)));
  REQUIRE(restored->CompactRange({}, {}));
  REQUIRE(restored->VerifyAll());
}

TEST_CASE("a backup of an empty store is an empty store", "[backup-and-restore]") {
  BackupWorld world;
  CHECK(world.Make().files == 0);
  CHECK(Must(world.Restored("new")).empty());
}

TEST_CASE("each file is copied once", "[backup-and-restore]") {
  BackupWorld world;
  world.Fill(0, 200);
  const BackupInfo first = world.Make();
  CHECK(first.new_files == first.files);
  CHECK(world.Make().new_files == 0);
  world.Fill(200, 260);
  const BackupInfo third = world.Make();
  CHECK(third.new_files > 0);
  CHECK(third.new_files == third.files - first.files);
  CHECK(third.new_bytes == third.bytes - first.bytes);
  CHECK(Objects(world, "file-").size() == first.files + third.new_files);
  CHECK(Must(world.Restored("three")) == world.held[3]);
  CHECK(Must(world.Restored("one", {.backup = "1"})) == world.held[1]);
}

TEST_CASE("a damaged file of the store is named, and no backup of it appears",
          "[backup-and-restore]") {
  BackupWorld world;
  world.Fill(0, 100);
  world.Make();
  world.Fill(100, 300, 'w');
  REQUIRE(world.db().Flush());
  std::string newest;
  for (const std::string& path : FilesOf(world.disk())) {
    if (path.ends_with(".sst")) newest = path;
  }
  REQUIRE(world.store().Close());
  Damage(world, newest, 100);
  REQUIRE(world.store().Open());
  const auto refused = world.db().Backup(kBackups, {});
  CHECK(CodeOf(refused) == "corruption");
  CHECK(Outcome(refused).find(newest.substr(3)) != std::string::npos);
  CHECK(Objects(world, "backup-").size() == 1);
  CHECK(Must(world.Restored("new")) == world.held[1]);
}

TEST_CASE("backups have numbers, and names that are taken once", "[backup-and-restore]") {
  BackupWorld world;
  world.Fill(0, 10);
  world.Make({.name = "a"});
  world.Fill(10, 20);
  world.Make({.name = "b"});
  CHECK(CodeOf(world.db().Backup(kBackups, {.name = "77"})) == "invalid argument");
  CHECK(CodeOf(world.db().Backup(kBackups, {.name = "../a"})) == "invalid argument");
  CHECK(Must(world.Restored("one", {.backup = "a"})) == world.held[1]);
  CHECK(Must(world.Restored("two", {.backup = "2"})) == world.held[2]);
  const auto missing = world.Restored("three", {.backup = "c"});
  CHECK(Outcome(missing) == "not found: there is no backup c in backups; there are 1, 2");
  const auto list = Must(backup::ReadBackups(*RepositoryOn(world.disk())));
  REQUIRE(list.size() == 2);
  CHECK(list[1].manifest->name == "b");
  CHECK(list[1].manifest->sequence() == world.db().DurableVersion());
}

// As when a store's directory is put back from a copy: its id and its numbers come again.
TEST_CASE("a file number that is given out again is another file", "[backup-and-restore]") {
  BackupWorld world;
  world.Fill(0, 50);
  REQUIRE(world.db().Flush());
  const auto copy = world.disk().Clone();
  world.Fill(50, 80, 'x');
  world.Make();
  StoreWorld again(copy->Clone(), SmallTables(), 77);
  REQUIRE(again.Open());
  for (const std::string& name : Must(world.disk().List(kBackups))) {
    const std::string path = JoinPath(kBackups, name);
    again.disk().SetContents(path, Must(world.disk().Contents(path)));
  }
  for (int i = 50; i < 80; ++i) {
    const std::string value(i % 5 == 0 ? 400 : 20, 'y');
    REQUIRE(again->Put("k" + std::to_string(1000 + i), value + std::to_string(i)));
  }
  const Model now = Must(again.ReadAll());
  CHECK(Must(again.db().Backup(kBackups, {})).number == 2);
  const Environment there = EnvironmentOn(again.disk(), again);
  const auto check = [&](const std::string& number, const Model& expected) {
    INFO(number);
    REQUIRE(RestoreOn(there, "new" + number, {.backup = number}));
    CHECK(Must(ReadStore(there, "new" + number)) == expected);
  };
  check("1", world.held[1]);
  check("2", now);
}

TEST_CASE("a restore goes only where nothing is", "[backup-and-restore]") {
  BackupWorld world;
  world.Fill(0, 10);
  world.Make();
  const Environment there = world.environment();
  world.disk().SetContents("mine/notes.txt", "x");
  const auto refused = RestoreOn(there, "mine", {});
  CHECK(CodeOf(refused) == "invalid argument");
  CHECK(Outcome(refused).find("notes.txt is in it") != std::string::npos);
  CHECK(Must(world.disk().List("mine")) == std::vector<std::string>{"notes.txt"});
  CHECK(CodeOf(RestoreOn(there, StoreWorld::kDirectory)) == "invalid argument");
  Options options;
  options.environment = &there;
  CHECK(CodeOf(RestoreStore(options, "nowhere", "new")) == "not found");
}

TEST_CASE("a restore that was cut off is refused as a store, and done again",
          "[backup-and-restore]") {
  BackupWorld world;
  world.Fill(0, 100);
  world.Make();
  const Environment there = world.environment();
  world.disk().SetCapacity(1);
  CHECK(CodeOf(RestoreOn(there, "new", {})) == "no space");
  world.disk().SetCapacity(0);
  world.disk().SetContents("new/RESTORING", "");
  world.disk().SetContents("new/000004.sst", "half");
  Options options = SmallTables();
  options.environment = &there;
  const auto opened = DB::Open(options, "new");
  CHECK(CodeOf(opened) == "corruption");
  CHECK(Outcome(opened).find("restore it again") != std::string::npos);
  REQUIRE(RestoreOn(there, "new", {}));
  CHECK(Must(ReadStore(there, "new")) == world.held[1]);
  CHECK_FALSE(Must(world.disk().Exists("new/RESTORING")));
}

TEST_CASE("what is missing or damaged is named before anything is restored",
          "[backup-and-restore]") {
  BackupWorld world;
  world.Fill(0, 300);
  world.Make();
  const auto files = Objects(world, "file-");
  REQUIRE(files.size() > 2);
  const Environment there = world.environment();
  const auto names = [&](const std::string& name, const std::string& what) {
    const std::string told = Outcome(RestoreOn(there, "new"));
    INFO(told);
    CHECK(told.find("corruption: backup 1: " + name) == 0);
    CHECK(told.find(what) != std::string::npos);
    CHECK_FALSE(Must(world.disk().Exists("new")));
  };
  const std::string path = JoinPath(kBackups, files[2]);
  const std::string whole = Must(world.disk().Contents(path));
  Damage(world, path, 7);
  names(files[2], "bad checksum");
  world.disk().SetContents(path, whole + "x");
  names(files[2], "that were stored");
  REQUIRE(world.disk().Remove(path));
  names(files[2], "is missing in backups");
}

TEST_CASE("every byte of a small repository may be damaged, and no wrong store comes of it",
          "[backup-and-restore]") {
  BackupWorld world;
  world.Fill(0, 6);
  world.Make();
  const Environment there = world.environment();
  int damaged = 0;
  for (const std::string& name : Must(world.disk().List(kBackups))) {
    if (name == "LOCK") continue;
    const std::string path = JoinPath(kBackups, name);
    const std::string bytes = Must(world.disk().Contents(path));
    for (std::size_t i = 0; i < bytes.size(); ++i, ++damaged) {
      Damage(world, path, i);
      INFO(path << " byte " << i);
      CHECK(CodeOf(RestoreOn(there, "new", {})) == "corruption");
      world.disk().SetContents(path, bytes);
    }
  }
  CHECK(damaged > 900);
  CHECK(Must(world.Restored("new")) == world.held[1]);
}

TEST_CASE("an object that went bad is brought again by a backup that checks",
          "[backup-and-restore]") {
  BackupWorld world;
  world.Fill(0, 100);
  world.Make();
  const auto files = Objects(world, "file-");
  Damage(world, JoinPath(kBackups, files[0]), 9);
  CHECK(world.Make().new_files == 0);
  CHECK(CodeOf(world.Restored("new")) == "corruption");
  CHECK(world.Make({.check = true}).new_files == 1);
  CHECK(Must(world.Restored("new")) == world.held[3]);
  REQUIRE(world.disk().Remove(JoinPath(kBackups, files[0])));
  CHECK(world.Make().new_files == 1);  // That it is missing is seen at once.
  CHECK(Must(world.Restored("again")) == world.held[4]);
}

TEST_CASE("one damaged backup doesn't take the others along", "[backup-and-restore]") {
  BackupWorld world;
  world.Fill(0, 50);
  world.Make();
  world.Fill(50, 100);
  world.Make();
  Damage(world, JoinPath(kBackups, backup::BackupObjectName(2)), 20);
  const auto list = Must(backup::ReadBackups(*RepositoryOn(world.disk())));
  REQUIRE(list.size() == 2);
  CHECK(list[0].manifest);
  CHECK(Outcome(list[1].manifest).find("backup-00000002 in backups: bad checksum") !=
        std::string::npos);
  CHECK(CodeOf(world.Restored("new")) == "corruption");
  CHECK(CodeOf(PruneOn(world.disk(), 1)) == "corruption");
  CHECK(Must(world.Restored("one", {.backup = "1"})) == world.held[1]);
  CHECK(world.Make().number == 3);
  CHECK(Must(world.Restored("three")) == world.held[3]);
}

TEST_CASE("pruning removes what no backup that stays needs", "[backup-and-restore]") {
  BackupWorld world;
  for (int i = 0; i < 4; ++i) {
    world.Fill(i * 40, i * 40 + 60);
    if (i == 2) REQUIRE(world.db().CompactRange({}, {}));
    world.Make();
  }
  world.disk().SetContents("backups/file-000099.sst-3-00000000", "???");
  const auto before = Objects(world, "file-").size();
  const backup::Pruned gone = Must(PruneOn(world.disk(), 2));
  CHECK(gone.backups == std::vector<std::uint64_t>{1, 2});
  CHECK(gone.objects > 1);
  CHECK(Objects(world, "file-").size() == before - gone.objects);
  CHECK(Objects(world, "backup-").size() == 2);
  for (const char* number : {"3", "4"}) {
    CHECK(Must(world.Restored(std::string("new") + number, {.backup = number})) ==
          world.held[static_cast<std::uint64_t>(number[0] - '0')]);
  }
  CHECK(CodeOf(world.Restored("new1", {.backup = "1"})) == "not found");
  CHECK(Must(PruneOn(world.disk(), 2)).objects == 0);
  CHECK(world.Make().number == 5);
}

// --- seeds ---------------------------------------------------------------------------------------

// Writes, deletes, tables that come and go, merges, backups and prunes, under odd options; each
// backup that is left is restored at the end.
void RunSeed(std::uint64_t seed, Ledger* ledger) {
  Random random(seed);
  Options options = DrawOptions(random);
  BackupWorld world(options, seed);
  std::vector<TableRef> tables{kDefaultTable};
  for (int step = 0; step < 60; ++step) {
    const WriteOptions where{.table = tables[random.Uniform(tables.size())]};
    const std::string key = "k" + std::to_string(random.Uniform(40));
    if (random.OneIn(4)) {
      REQUIRE(world.db().Delete(key, where));
    } else {
      REQUIRE(
          world.db().Put(key, random.Bytes(random.Uniform(random.OneIn(8) ? 3000 : 60)), where));
    }
    if (random.OneIn(9)) REQUIRE(world.db().Flush());
    if (random.OneIn(25)) REQUIRE(world.db().CompactRange({}, {}));
    if (random.OneIn(30) && tables.size() < 4) {
      tables.push_back(Must(world.db().CreateTable("t" + std::to_string(step), {})));
    }
    if (random.OneIn(30)) {
      REQUIRE(world.db().TruncateTable(kDefaultTableName));
    }
    if (random.OneIn(15)) {
      world.Make({.check = random.OneIn(3)});
      ledger->Add("backups");
    }
    if (random.OneIn(40) && !world.held.empty()) {
      const std::uint64_t keep = 1 + random.Uniform(3);
      REQUIRE(PruneOn(world.disk(), keep));
      while (world.held.size() > keep) world.held.erase(world.held.begin());
    }
  }
  world.Make();
  const Environment there = world.environment();
  for (const auto& [number, model] : world.held) {
    INFO("seed " << seed << ", backup " << number);
    const std::string directory = "copy" + std::to_string(number);
    REQUIRE(RestoreOn(there, directory, {.backup = std::to_string(number)}));
    CHECK(Must(ReadStore(there, directory, options)) == model);
    ledger->Add("restored");
  }
}

void RunSeeds(std::uint64_t first, std::uint64_t count, std::uint64_t restored_min) {
  Ledger ledger("backups of random stores");
  for (std::uint64_t seed = first; seed < first + count; ++seed) RunSeed(seed, &ledger);
  CHECK(ledger.Shortfall("restored", restored_min) == "");
}

TEST_CASE("whatever the store, each backup holds what the store held", "[backup-and-restore]") {
  RunSeeds(1, 25, 50);
}

TEST_CASE("a thousand stores, and each backup holds what the store held",
          "[backup-and-restore][slow]") {
  RunSeeds(1000, 1000, 2000);
}

}  // namespace
}  // namespace strata::testing
