// Backups of a store, as strata/backup.h has them: made, listed, checked, pruned, restored.

#include "strata/backup.h"

#include <algorithm>

#include "backup/backup_format.h"
#include "backup/backup_writer.h"
#include "backup/directory_target.h"
#include "backup/source.h"
#include "backup_world.h"
#include "base/random.h"
#include "base/result.h"
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
  CHECK(made.files == made.copied_files);
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
  CHECK(first.copied_files == first.files);
  CHECK(world.Make().copied_files == 0);
  world.Fill(200, 260);
  const BackupInfo third = world.Make();
  CHECK(third.copied_files > 0);
  CHECK(third.copied_files == third.files - first.files);
  CHECK(third.copied_bytes == third.bytes - first.bytes);
  CHECK(Objects(world, "file-").size() == first.files + third.copied_files);
}

TEST_CASE("an earlier backup is restored from the files that they share", "[backup-and-restore]") {
  BackupWorld world;
  world.Fill(0, 200);
  world.Make();
  world.Fill(100, 260, 'w');
  world.Make();
  CHECK(Must(world.Restored("two")) == world.held[2]);
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
  Damage(world, newest, 100);
  const auto refused = BackUp(world.db(), kBackups);
  CHECK(CodeOf(refused) == "corruption");
  CHECK(Outcome(refused).find(newest.substr(3)) != std::string::npos);
  const Environment there = world.environment();
  CHECK(Must(ListBackups(kBackups, &there)).size() == 1);
  CHECK(Must(CheckBackups(kBackups, &there)).damage.empty());
  CHECK(Must(world.Restored("new")) == world.held[1]);
}

class SharedBytes final : public RandomAccessFile {
 public:
  explicit SharedBytes(const std::string& bytes) : bytes_(bytes) {}
  Result<std::string_view> Read(std::uint64_t offset, std::size_t size,
                                char* /*scratch*/) const override {
    return std::string_view(bytes_).substr(offset, size);
  }
  std::uint64_t size() const override { return bytes_.size(); }

 private:
  const std::string& bytes_;
};

// The disk says now this and now that: only what was verified may be in a backup.
TEST_CASE("bytes that change while they are copied make no backup", "[backup-and-restore]") {
  const std::string right = "what the file has";
  for (const bool wrong_first : {false, true}) {
    std::string bytes = right;
    const auto change = [&] { std::swap(bytes[0], bytes[1]); };
    if (wrong_first) change();
    backup::Instant instant;
    backup::HeldFile file;
    file.identity.number = 7;
    file.size_bytes = bytes.size();
    file.open = [&]() -> Result<std::unique_ptr<RandomAccessFile>> {
      return std::unique_ptr<RandomAccessFile>(std::make_unique<SharedBytes>(bytes));
    };
    file.verify = [&]() -> Status {
      if (wrong_first) change();
      const bool is_right = bytes == right;
      if (!wrong_first) change();
      return is_right ? Status() : Corruption("a bad block");
    };
    instant.files.push_back(std::move(file));
    const auto disk = NewMemoryFileSystem();
    const auto target = Must(
        backup::DirectoryTarget::Open(*disk, kBackups, backup::DirectoryTarget::Access::kWrite));
    const auto written = backup::BackupWriter(*target).Write(instant, {});
    INFO("wrong " << (wrong_first ? "before" : "after") << " the verification");
    for (const backup::ObjectInfo& object : Must(target->List("file-"))) {
      CHECK(Must(backup::ReadWhole(*target, object.name, 100)) == right);
    }
    CHECK(Must(target->List("backup-")).size() == (written ? 1 : 0));
  }
}

TEST_CASE("backups have numbers, and names that are taken once", "[backup-and-restore]") {
  BackupWorld world;
  world.Fill(0, 10);
  world.Make({.name = "a"});
  world.Fill(10, 20);
  world.Make({.name = "b"});
  CHECK(CodeOf(BackUp(world.db(), kBackups, {.name = "a"})) == "invalid argument");
  CHECK(CodeOf(BackUp(world.db(), kBackups, {.name = "../a"})) == "invalid argument");
  CHECK(Must(world.Restored("one", {.backup = "a"})) == world.held[1]);
  CHECK(Must(world.Restored("two", {.backup = "2"})) == world.held[2]);
  const auto missing = world.Restored("three", {.backup = "c"});
  CHECK(Outcome(missing) == "not found: restoring from backups: there is no backup c");
  const Environment there = world.environment();
  const auto list = Must(ListBackups(kBackups, &there));
  REQUIRE(list.size() == 2);
  CHECK(list[1].name == "b");
  CHECK(list[1].sequence == world.db().DurableVersion());
}

TEST_CASE("backups of two stores don't mix", "[backup-and-restore]") {
  BackupWorld world;
  world.Fill(0, 50);
  world.Make();
  Must(world.Restored("new"));
  const Environment there = world.environment(7);
  Options options = SmallTables();
  options.environment = &there;
  const auto other = Must(DB::Open(options, "new"));
  CHECK(CodeOf(BackUp(*other, kBackups)) == "invalid argument");
  CHECK(Must(BackUp(*other, "others")).number == 1);
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
  CHECK(Must(BackUp(again.db(), kBackups)).number == 2);
  const Environment there = EnvironmentOn(again.disk(), again);
  const auto check = [&](const std::string& number, const Model& expected) {
    INFO(number);
    REQUIRE(RestoreBackup(kBackups, "new" + number, {.backup = number}, &there));
    CHECK(Must(ReadStore(there, "new" + number)) == expected);
  };
  check("1", world.held[1]);
  check("2", now);
}

TEST_CASE("restoring goes back to a sequence or a moment, to the last backup before it",
          "[backup-and-restore]") {
  BackupWorld world;
  std::vector<BackupInfo> made;
  for (int i = 0; i < 4; ++i) {
    world.Fill(i * 10, i * 10 + 10);
    made.push_back(world.Make());
    world.store().clock().Advance(1'000'000);
  }
  const Environment there = world.environment();
  int copies = 0;
  const auto number_at = [&](const BackupChoice& choice) {
    const std::string directory = "copy" + std::to_string(++copies);
    const auto restored = RestoreBackup(kBackups, directory, choice, &there);
    if (!restored) return std::string(CodeOf(restored));
    CHECK(Must(ReadStore(there, directory)) == world.held[restored->number]);
    return std::to_string(restored->number);
  };
  for (std::uint64_t sequence = 0; sequence <= made.back().sequence + 1; ++sequence) {
    INFO(sequence);
    const auto expected = std::count_if(made.begin(), made.end(), [&](const BackupInfo& info) {
      return info.sequence <= sequence;
    });
    const std::string outcome = expected == 0 ? "not found" : std::to_string(expected);
    CHECK(number_at({.sequence = sequence}) == outcome);
  }
  CHECK(number_at({.time_us = made[1].time_us}) == "2");
  CHECK(number_at({.time_us = made[1].time_us - 1}) == "1");
  CHECK(number_at({.time_us = made[0].time_us - 1}) == "not found");
  CHECK(number_at({}) == "4");
}

TEST_CASE("a restore goes only where nothing is", "[backup-and-restore]") {
  BackupWorld world;
  world.Fill(0, 10);
  world.Make();
  const Environment there = world.environment();
  world.disk().SetContents("mine/notes.txt", "x");
  const auto refused = RestoreBackup(kBackups, "mine", {}, &there);
  CHECK(CodeOf(refused) == "invalid argument");
  CHECK(Outcome(refused).find("notes.txt is in it") != std::string::npos);
  CHECK(Must(world.disk().List("mine")) == std::vector<std::string>{"notes.txt"});
  const auto store = RestoreBackup(kBackups, StoreWorld::kDirectory, {}, &there);
  CHECK(Outcome(store) == "invalid argument: restoring from backups: db: a store is there");
  CHECK(CodeOf(RestoreBackup("nowhere", "new", {}, &there)) == "not found");
}

TEST_CASE("a restore that was cut off is refused as a store, and done again",
          "[backup-and-restore]") {
  BackupWorld world;
  world.Fill(0, 100);
  world.Make();
  const Environment there = world.environment();
  world.disk().SetCapacity(1);
  CHECK(CodeOf(RestoreBackup(kBackups, "new", {}, &there)) == "no space");
  world.disk().SetCapacity(0);
  world.disk().SetContents("new/RESTORING", "");
  world.disk().SetContents("new/000004.sst", "half");
  Options options = SmallTables();
  options.environment = &there;
  const auto opened = DB::Open(options, "new");
  CHECK(CodeOf(opened) == "corruption");
  CHECK(Outcome(opened).find("restore again into the same directory") != std::string::npos);
  REQUIRE(RestoreBackup(kBackups, "new", {}, &there));
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
  REQUIRE(world.disk().Remove(JoinPath(kBackups, files[0])));
  Damage(world, JoinPath(kBackups, files[2]), 7);
  const Environment there = world.environment();
  const std::string told = Outcome(RestoreBackup(kBackups, "new", {}, &there));
  CHECK(told.find(files[0] + ": it is missing") != std::string::npos);
  CHECK(told.find(files[1]) == std::string::npos);
  CHECK(told.find(files[2] + ": its checksum is wrong") != std::string::npos);
  CHECK_FALSE(Must(world.disk().Exists("new")));
  const BackupCheck check = Must(CheckBackups(kBackups, &there));
  CHECK(check.backups == 1);
  CHECK(check.files == files.size());
  CHECK(check.damage.size() == 2);
}

TEST_CASE("every byte of a small repository may be damaged, and no wrong store comes of it",
          "[backup-and-restore]") {
  BackupWorld world;
  world.Fill(0, 6);
  world.Make();
  const Environment there = world.environment();
  int damaged = 0;
  for (const std::string& name : Must(world.disk().List(kBackups))) {
    const std::string path = JoinPath(kBackups, name);
    const std::string bytes = Must(world.disk().Contents(path));
    for (std::size_t i = 0; i < bytes.size(); ++i, ++damaged) {
      Damage(world, path, i);
      INFO(path << " byte " << i);
      CHECK(CodeOf(RestoreBackup(kBackups, "new", {}, &there)) == "corruption");
      CHECK_FALSE(Must(CheckBackups(kBackups, &there)).damage.empty());
      world.disk().SetContents(path, bytes);
    }
  }
  CHECK(damaged > 800);
  CHECK(Must(world.Restored("new")) == world.held[1]);
}

TEST_CASE("an object that went bad is brought again by a backup that checks",
          "[backup-and-restore]") {
  BackupWorld world;
  world.Fill(0, 100);
  world.Make();
  const auto files = Objects(world, "file-");
  Damage(world, JoinPath(kBackups, files[0]), 9);
  CHECK(world.Make().copied_files == 0);
  CHECK(CodeOf(world.Restored("new")) == "corruption");
  CHECK(world.Make({.check = true}).copied_files == 1);
  CHECK(Must(world.Restored("new")) == world.held[3]);
  REQUIRE(world.disk().Remove(JoinPath(kBackups, files[0])));
  CHECK(world.Make().copied_files == 1);  // That it is missing is seen at once.
  CHECK(Must(world.Restored("again")) == world.held[4]);
}

TEST_CASE("one damaged backup doesn't take the others along", "[backup-and-restore]") {
  BackupWorld world;
  world.Fill(0, 50);
  world.Make();
  world.Fill(50, 100);
  world.Make();
  Damage(world, JoinPath(kBackups, backup::BackupObjectName(2)), 20);
  const Environment there = world.environment();
  const auto list = Must(ListBackups(kBackups, &there));
  REQUIRE(list.size() == 2);
  CHECK(list[0].damage.empty());
  CHECK(list[1].damage.find("backup-0000000002") != std::string::npos);
  CHECK(CodeOf(world.Restored("new")) == "corruption");
  CHECK(CodeOf(PruneBackups(kBackups, 1, &there)) == "corruption");
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
  const Environment there = world.environment();
  CHECK(CodeOf(PruneBackups(kBackups, 0, &there)) == "invalid argument");
  CHECK(CodeOf(PruneBackups("nowhere", 1, &there)) == "not found");
  CHECK_FALSE(Must(world.disk().Exists("nowhere")));
  const auto before = Objects(world, "file-").size();
  const BackupPrune gone = Must(PruneBackups(kBackups, 2, &there));
  CHECK(gone.backups == 2);
  CHECK(gone.files > 1);
  CHECK(Objects(world, "file-").size() == before - gone.files);
  CHECK(Objects(world, "backup-").size() == 2);
  for (const char* number : {"3", "4"}) {
    CHECK(Must(world.Restored(std::string("new") + number, {.backup = number})) ==
          world.held[static_cast<std::uint64_t>(number[0] - '0')]);
  }
  CHECK(CodeOf(world.Restored("new1", {.backup = "1"})) == "not found");
  CHECK(Must(PruneBackups(kBackups, 2, &there)).files == 0);
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
      const Environment there = world.environment();
      const std::uint64_t keep = 1 + random.Uniform(3);
      REQUIRE(PruneBackups(kBackups, keep, &there));
      while (world.held.size() > keep) world.held.erase(world.held.begin());
    }
  }
  world.Make();
  const Environment there = world.environment();
  for (const auto& [number, model] : world.held) {
    INFO("seed " << seed << ", backup " << number);
    const std::string directory = "copy" + std::to_string(number);
    REQUIRE(RestoreBackup(kBackups, directory, {.backup = std::to_string(number)}, &there));
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
  RunSeeds(1, 60, 100);
}

TEST_CASE("a thousand stores, and each backup holds what the store held",
          "[backup-and-restore][slow]") {
  RunSeeds(1000, 1000, 2000);
}

}  // namespace
}  // namespace strata::testing
