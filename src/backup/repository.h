// The backups of one store that a target has: which there are, what each needs, and which objects
// nobody needs any more.
//
// Invariant: what a backup needs is there before the backup is, and goes after it. So a crash
// leaves objects that nobody needs, and never a backup that lacks one.
// Thread safety: none.

#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "backup/backup_format.h"
#include "backup/target.h"

namespace strata::backup {

// What is there, as far as it can be read.
struct ListedBackup {
  BackupManifest manifest;
  std::string damage;  // Why it can't be restored; only the manifest's number counts then.
};

struct CheckTotals {
  std::uint64_t backups = 0;
  std::uint64_t files = 0;  // Each once, however many backups have it.
  std::uint64_t bytes = 0;
  std::vector<std::string> damage;  // One line each.
};

struct PruneTotals {
  std::uint64_t backups = 0;  // That are gone.
  std::uint64_t files = 0;    // Likewise, with what crashes had left.
  std::uint64_t bytes = 0;
};

class Repository {
 public:
  // `target` is borrowed.
  explicit Repository(BackupTarget& target) : target_(target) {}

  // Ascending.
  Result<std::vector<std::uint64_t>> Numbers();
  // Errors: kNotFound; kCorruption, kUnsupported naming the object.
  Result<BackupManifest> Read(std::uint64_t number);
  // All of them, ascending.
  Result<std::vector<ListedBackup>> List();

  // Reads every byte of every backup.
  Result<CheckTotals> Check();
  // Deletes all backups but the `keep` newest, and then every file that none of these needs.
  // REQUIRES: the target may be written to. Errors: kInvalidArgument when `keep` is 0; kCorruption
  // when one that stays can't be read: nobody knows then which files it needs, and nothing happens.
  Result<PruneTotals> Prune(std::uint64_t keep);

 private:
  Result<std::set<std::string>> NeededBy(const std::vector<std::uint64_t>& numbers);
  Status CheckFilesOf(const BackupManifest& backup, std::set<std::string>* seen,
                      CheckTotals* totals);

  BackupTarget& target_;
};

}  // namespace strata::backup
