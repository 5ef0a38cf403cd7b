// Makes a store of a backup. backup_writer.h is the way out.
//
// Everything that is needed is read and checked first. Then a mark says that the directory is half
// a store; the files follow, then the manifest, and CURRENT, which makes it one; the mark goes
// last. A program that opens a directory with a mark and no CURRENT refuses it, and restoring again
// into it begins anew.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backup/repository.h"
#include "io/environment.h"

namespace strata::backup {

// Which of the backups: by number or name; or the newest that has nothing after a moment, or
// nothing after a sequence. None of them: the newest.
struct RestorePoint {
  std::optional<std::string> backup;
  std::optional<std::uint64_t> time_us;
  std::optional<SequenceNumber> sequence;
};

// Errors: kNotFound, saying what there is; kCorruption when the one that is meant is damaged.
Result<BackupManifest> ChooseBackup(Repository& repository, const RestorePoint& point);

// Makes the store in `directory`, which must be empty, not there, or left by a restore that was cut
// off. It is a new store (with an id of its own) with the data of the backup, and durable on
// return. Errors: kCorruption naming all objects that are missing or damaged, and then nothing was
// written; kInvalidArgument when something else is in the directory.
Status RestoreStore(BackupTarget& target, const BackupManifest& backup,
                    const Environment& environment, const std::string& directory);

}  // namespace strata::backup
