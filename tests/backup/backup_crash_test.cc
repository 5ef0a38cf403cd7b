// The power is cut, or the process dies, before every file operation of a backup, a prune and a
// restore. Whatever is left: each backup that is there can be restored as a whole, those that were
// there before are, and what was cut off is done again.

#include <functional>

#include "backup_world.h"
#include "testing/ledger.h"
#include "testing/watched_file_system.h"

namespace strata::testing {
namespace {

using Check = std::function<void(MemoryFileSystem& image)>;

// Runs `work` with a file system on which `check` sees an image of the disk for each operation in
// `directory` and each kind of crash, and those after the last.
std::uint64_t Sweep(BackupWorld& world, const std::string& directory,
                    const std::function<void(FileSystem&)>& work, const Check& check) {
  Random random(3);
  std::uint64_t images = 0;
  const auto crash = [&](const std::string& where) {
    for (int kind = 0; kind <= kCrashKinds; ++kind) {
      const auto image = kind == kCrashKinds
                             ? world.disk().Clone()
                             : world.disk().Crash(static_cast<CrashKind>(kind), random);
      INFO(where << ", crash " << kind);
      check(*image);
      ++images;
    }
  };
  const auto files = NewWatchedFileSystem(world.disk(), [&](const FileEvent& event) {
    if (!event.path.starts_with(directory)) return;
    crash("before " + std::string(FileOperationName(event.operation)) + " " + event.path);
  });
  work(*files);
  crash("at the end");
  return images;
}

// All backups of an image that are there hold what the store held; `least` of them are.
void CheckBackupsOf(MemoryFileSystem& image, BackupWorld& world, std::uint64_t least) {
  const Environment there = EnvironmentOn(image, world.store());
  std::uint64_t whole = 0;
  for (const auto& info : Must(backup::ReadBackups(*RepositoryOn(image)))) {
    INFO("backup " << info.number);
    REQUIRE(Outcome(info.manifest) == "ok");
    const std::string directory = "out" + std::to_string(info.number);
    const auto restored = RestoreOn(there, directory, {.backup = std::to_string(info.number)});
    REQUIRE(Outcome(restored) == "ok");
    CHECK(Must(ReadStore(there, directory)) == world.held[info.number]);
    ++whole;
  }
  CHECK(whole >= least);
}

TEST_CASE("wherever a backup is cut off, there is a whole one or none, and those before stay",
          "[backup-and-restore]") {
  BackupWorld world;
  world.Fill(0, 40);
  world.Make();
  world.Fill(40, 60);
  REQUIRE(world.db().Flush());
  world.held[2] = Must(ReadAll(world.db()));
  REQUIRE(world.store().Close());
  bool done = false;
  std::uint64_t round = 0;
  const auto check = [&](MemoryFileSystem& image) {
    CheckBackupsOf(image, world, done ? 2 : 1);
    if (++round % 7 != 0) return;
    StoreWorld again(image.Clone(), SmallTables(), 5);  // It is made after all.
    REQUIRE(again.Open());
    const BackupInfo made = Must(again.db().Backup(kBackups, {}));
    const Environment there = EnvironmentOn(again.disk(), again);
    REQUIRE(RestoreOn(there, "again", {}));
    CHECK(made.number == Must(backup::ReadBackups(*RepositoryOn(again.disk()))).back().number);
    CHECK(Must(ReadStore(there, "again")) == world.held[2]);
  };
  const std::uint64_t images = Sweep(
      world, kBackups,
      [&](FileSystem& files) {
        REQUIRE(world.store().Open(&files));
        REQUIRE(world.db().Backup(kBackups, {}));
        done = true;
        REQUIRE(world.store().Close());
      },
      check);
  CHECK(images > 100);
}

TEST_CASE("wherever a first backup is cut off, there is a whole one or none",
          "[backup-and-restore]") {
  BackupWorld world;
  world.Fill(0, 10);
  REQUIRE(world.db().Flush());
  world.held[1] = Must(ReadAll(world.db()));
  REQUIRE(world.store().Close());
  bool done = false;
  const auto check = [&](MemoryFileSystem& image) {
    if (Must(image.Exists(kBackups))) CheckBackupsOf(image, world, done ? 1 : 0);
  };
  const std::uint64_t images = Sweep(
      world, kBackups,
      [&](FileSystem& files) {
        REQUIRE(world.store().Open(&files));
        REQUIRE(world.db().Backup(kBackups, {}));
        done = true;
        REQUIRE(world.store().Close());
      },
      check);
  CHECK(images > 100);
}

TEST_CASE("wherever pruning is cut off, all backups that are left are whole",
          "[backup-and-restore]") {
  BackupWorld world;
  for (int i = 0; i < 3; ++i) {
    world.Fill(i * 10, i * 10 + 12);
    if (i == 1) REQUIRE(world.db().CompactRange({}, {}));
    world.Make();
  }
  bool done = false;
  const auto check = [&](MemoryFileSystem& image) {
    CheckBackupsOf(image, world, 1);
    CHECK(Must(backup::ReadBackups(*RepositoryOn(image))).back().number == 3);
    const backup::Pruned rest = Must(PruneOn(image, 1));
    if (done) CHECK(rest.objects == 0);
    const auto backups = Must(backup::ReadBackups(*RepositoryOn(image)));
    REQUIRE(backups.size() == 1);
    const auto left = Must(image.List(kBackups));
    CHECK(left.size() == 2 + backups[0].manifest->Files().size());  // LOCK, backup.
  };
  const std::uint64_t images = Sweep(
      world, kBackups,
      [&](FileSystem& files) {
        REQUIRE(PruneOn(files, 1));
        done = true;
      },
      check);
  CHECK(images > 50);
}

TEST_CASE("wherever a restore is cut off, there is the whole store or none, and it is done again",
          "[backup-and-restore]") {
  BackupWorld world;
  world.Fill(0, 30);
  world.Make();
  bool done = false;
  std::uint64_t refused = 0;
  const auto check = [&](MemoryFileSystem& image) {
    const Environment there = EnvironmentOn(image, world.store());
    const auto before = image.Clone();
    const Environment other = EnvironmentOn(*before, world.store());
    const auto found = ReadStore(other, "new");
    const bool whole = found.has_value();
    if (whole) CHECK(*found == world.held[1]);
    if (done) CHECK(whole);
    const auto again = RestoreOn(there, "new", {});
    if (whole) {
      CHECK(CodeOf(again) == "invalid argument");  // A store is there.
    } else {
      ++refused;
      REQUIRE(Outcome(again) == "ok");
      CHECK(Must(ReadStore(there, "new")) == world.held[1]);
    }
  };
  const std::uint64_t images = Sweep(
      world, "new",
      [&](FileSystem& files) {
        const Environment there = EnvironmentOn(files, world.store());
        REQUIRE(RestoreOn(there, "new", {}));
        done = true;
      },
      check);
  CHECK(images > 100);
  CHECK(refused > 50);
}

// A store that may be made must not be, where half of one is.
TEST_CASE("wherever a restore is cut off, nobody makes an empty store of it",
          "[backup-and-restore]") {
  BackupWorld world;
  world.Fill(0, 30);
  world.Make();
  bool marked = false;
  const auto check = [&](MemoryFileSystem& image) {
    const auto names = image.List("new");
    marked = marked || (names && !names->empty());
    if (!names || names->empty()) return;  // As if it had never begun.
    const Environment there = EnvironmentOn(image, world.store());
    Options options = SmallTables();
    options.environment = &there;
    const auto opened = DB::Open(options, "new");
    if (opened) {
      CHECK(Must(ReadAll(**opened)) == world.held[1]);
    } else {
      CHECK(Outcome(opened).find("restore it again") != std::string::npos);
    }
  };
  Sweep(
      world, "new",
      [&](FileSystem& files) {
        const Environment there = EnvironmentOn(files, world.store());
        REQUIRE(RestoreOn(there, "new", {}));
      },
      check);
  CHECK(marked);
}

}  // namespace
}  // namespace strata::testing
