// Backups of a store in a directory of their own: each is of one instant, made beside the store's
// writers, checked as it is made, and what two backups have in common is there once.
//
//   STRATA_TRY(strata::BackUp(*db, "/mnt/backups"));
//   STRATA_TRY(strata::RestoreBackup("/mnt/backups", "/var/lib/example", {}));
//
// A directory of backups belongs to one store. Its files aren't to be touched with other tools, but
// it may be copied, as a whole, while nobody writes to it.
//
// Thread safety: any thread; one at a time may make or remove backups in a directory (kBusy).

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "strata/db.h"
#include "strata/status.h"

namespace strata {

struct BackupInfo {
  std::uint64_t number = 0;  // From 1 on, in the order of time.
  std::string name;          // When it was given one.
  std::uint64_t time_us = 0;
  std::uint64_t sequence = 0;  // All that was written up to it is in.
  std::uint64_t files = 0;     // Tables and blob files, and their bytes.
  std::uint64_t bytes = 0;
  std::uint64_t copied_files = 0;  // By BackUp: the others an earlier backup had brought.
  std::uint64_t copied_bytes = 0;
  std::string damage;  // Why it can't be read; of it only the number is known then.
};

struct BackupOptions {
  std::string name;  // Letters, digits, '.', '_', '-'; no number.
  bool check =
      false;  // Read what earlier backups have brought, too, and bring anew what is damaged.
};

// Makes a backup of `db` in `directory`, which is made if it isn't there. It holds all that was
// acknowledged before the call; of what is written meanwhile, a beginning. It flushes first.
// After an error, or a crash, there is no such backup, and earlier ones are as they were.
// Errors: kCorruption naming a damaged file of the store; kInvalidArgument when the directory has
// backups of another store, or one of this name; kBusy; kUnsupported for a store on a server (use
// Client::Backup).
Result<BackupInfo> BackUp(DB& db, const std::string& directory, const BackupOptions& options = {});

// What follows works on the files; `environment` null is this machine.
// All backups, the oldest first. Errors: kNotFound.
Result<std::vector<BackupInfo>> ListBackups(const std::string& directory,
                                            const Environment* environment = nullptr);

struct BackupCheck {
  std::uint64_t backups = 0;
  std::uint64_t files = 0;  // Each counts once.
  std::uint64_t bytes = 0;
  std::vector<std::string> damage;  // What is missing or wrong, a line each.
};
// Reads every byte of all backups.
Result<BackupCheck> CheckBackups(const std::string& directory,
                                 const Environment* environment = nullptr);

struct BackupPrune {
  std::uint64_t backups = 0;  // That are gone, and the files that no other backup needs.
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};
// Removes all but the `keep` newest, which may not be 0. Errors: kCorruption, and nothing happens,
// when one of those that stay can't be read; kBusy.
Result<BackupPrune> PruneBackups(const std::string& directory, std::uint64_t keep,
                                 const Environment* environment = nullptr);

// Which backup: by number or name; or the newest that holds nothing written after a moment (wall
// clock, us) or after a sequence. The default: the newest.
struct BackupChoice {
  std::optional<std::string> backup;
  std::optional<std::uint64_t> time_us;
  std::optional<std::uint64_t> sequence;
};
// Makes a store of it in `directory`, which must be empty or not there; returns which backup it
// was. All that is needed is read and checked before anything is written. After a crash the
// directory can't be opened as a store until it is restored again, and whole. The store has an id
// of its own. Errors: kCorruption naming what is missing or damaged; kNotFound; kInvalidArgument.
Result<BackupInfo> RestoreBackup(const std::string& backups, const std::string& directory,
                                 const BackupChoice& choice,
                                 const Environment* environment = nullptr);

}  // namespace strata
