// Repositories that are made by hand: what is listed, checked, pruned and restored doesn't depend
// on who wrote it.

#include "backup/repository.h"

#include <catch2/catch.hpp>

#include "backup/directory_target.h"
#include "backup/restore.h"
#include "backup_world.h"
#include "base/crc32c.h"
#include "io/memory_file_system.h"
#include "testing/edits.h"
#include "testing/results.h"

namespace strata::backup {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::Outcome;

std::string ContentsOf(FileNumber number) {
  return "table " + std::to_string(number);
}

BackupFile FileOf(FileNumber number) {
  const std::string contents = ContentsOf(number);
  return {FileKind::kTable, number, {contents.size(), Crc32c(contents)}};
}

class Made {
 public:
  // A backup that says that the store has these tables. The files are there, too.
  void Backup(std::uint64_t number, const std::vector<FileNumber>& tables) {
    BackupManifest backup;
    backup.number = number;
    backup.sequence = number * 10;
    backup.time_us = number * 1000;
    for (const FileNumber table : tables) {
      const BackupFile file = FileOf(table);
      backup.files.push_back(file);
      TableMeta& meta = backup.state.tables[table];
      meta = testing::SomeTable(table, {.level = 0, .run = table}, "a", "b");
      meta.size_bytes = file.sum.size;
      disk->SetContents("backups/" + FileObjectName(file), ContentsOf(table));
    }
    backup.state.next_file = 100;
    disk->SetContents("backups/" + BackupObjectName(number), EncodeBackup(backup));
  }

  bool Has(FileNumber number) const {
    return Must(disk->Exists("backups/" + FileObjectName(FileOf(number))));
  }

  std::unique_ptr<DirectoryTarget> Open() {
    return Must(DirectoryTarget::Open(*disk, "backups", DirectoryTarget::Access::kWrite));
  }

  std::unique_ptr<MemoryFileSystem> disk = NewMemoryFileSystem();
};

TEST_CASE("pruning deletes the oldest backups, then what none of the others has",
          "[backup-and-restore]") {
  Made made;
  made.Backup(1, {1, 2});
  made.Backup(2, {2, 3});
  made.Backup(5, {3, 4});
  const auto target = made.Open();
  Repository repository(*target);
  CHECK(Must(repository.Prune(3)).backups == 0);
  const PruneTotals gone = Must(repository.Prune(2));
  CHECK(gone.backups == 1);
  CHECK(gone.files == 1);
  CHECK(gone.bytes == ContentsOf(1).size());
  CHECK_FALSE(made.Has(1));
  CHECK((made.Has(2) && made.Has(3) && made.Has(4)));
  CHECK(Must(repository.Numbers()) == std::vector<std::uint64_t>{2, 5});
  CHECK(Must(repository.Prune(1)).files == 1);
  CHECK(Must(repository.Prune(9)).files == 0);
  CHECK(Must(repository.Check()).damage.empty());
}

TEST_CASE("what a backup that stays needs isn't guessed", "[backup-and-restore]") {
  Made made;
  made.Backup(1, {1});
  made.Backup(2, {2});
  made.Backup(3, {3});
  made.disk->SetContents("backups/" + BackupObjectName(2), "damaged");
  const auto target = made.Open();
  Repository repository(*target);
  CHECK(CodeOf(repository.Prune(0)) == "invalid argument");
  CHECK(CodeOf(repository.Prune(2)) == "corruption");
  CHECK((made.Has(1) && made.Has(2) && made.Has(3)));
  CHECK(Must(repository.Numbers()).size() == 3);
  CHECK(Must(repository.Prune(1)).backups == 2);  // The one that is damaged goes.
  CHECK_FALSE(made.Has(2));
  CHECK(Must(repository.Check()).damage.empty());
}

TEST_CASE("a backup under another's name is damaged", "[backup-and-restore]") {
  Made made;
  made.Backup(1, {1});
  made.disk->SetContents("backups/" + BackupObjectName(2),
                         Must(made.disk->Contents("backups/" + BackupObjectName(1))));
  const auto target = made.Open();
  Repository repository(*target);
  CHECK(CodeOf(repository.Read(2)) == "corruption");
  CHECK(Must(repository.List())[1].damage.find("under another's name") != std::string::npos);
  CHECK(CodeOf(repository.Read(3)) == "not found");
}

TEST_CASE("a check names each object that is missing or wrong, once", "[backup-and-restore]") {
  Made made;
  made.Backup(1, {1, 2});
  made.Backup(2, {1, 2, 3});
  REQUIRE(made.disk->Remove("backups/" + FileObjectName(FileOf(1))));
  made.disk->SetContents("backups/" + FileObjectName(FileOf(3)), "tablf 3");
  const auto target = made.Open();
  const CheckTotals totals = Must(Repository(*target).Check());
  CHECK(totals.backups == 2);
  CHECK(totals.files == 3);
  REQUIRE(totals.damage.size() == 2);
  CHECK(totals.damage[0].starts_with("backup 1: "));
  CHECK(totals.damage[1] == "backup 2: " + FileObjectName(FileOf(3)) + ": its checksum is wrong");
}

TEST_CASE("the backup that is meant is chosen, or it is said which there are",
          "[backup-and-restore]") {
  Made made;
  const auto target = made.Open();
  Repository repository(*target);
  CHECK(Outcome(ChooseBackup(repository, {})) == "not found: there are no backups");
  made.Backup(1, {});
  made.Backup(2, {});
  const auto chosen = [&](const RestorePoint& point) {
    const auto backup = ChooseBackup(repository, point);
    return backup ? std::to_string(backup->number) : std::string(CodeOf(backup));
  };
  CHECK(chosen({}) == "2");
  CHECK(chosen({.backup = "1"}) == "1");
  CHECK(chosen({.sequence = 19}) == "1");
  CHECK(chosen({.time_us = 2000}) == "2");
  CHECK(chosen({.time_us = 2000, .sequence = 10}) == "1");
  CHECK(chosen({.sequence = 9}) == "not found");
  CHECK(Outcome(ChooseBackup(repository, {.sequence = 9})) ==
        "not found: all backups are later: the first, 1, is as of sequence 10");
}

TEST_CASE("a backup without files is restored as an empty store", "[backup-and-restore]") {
  Made made;
  made.Backup(1, {});
  const auto target = made.Open();
  testing::StoreWorld world(made.disk->Clone(), testing::SmallTables(), 1);
  const Environment there = testing::EnvironmentOn(world.disk(), world);
  REQUIRE(RestoreStore(*target, Must(Repository(*target).Read(1)), there, "new"));
  CHECK(Must(testing::ReadStore(there, "new")).empty());
  CHECK_FALSE(Must(world.disk().Exists("new/RESTORING")));
}

}  // namespace
}  // namespace strata::backup
