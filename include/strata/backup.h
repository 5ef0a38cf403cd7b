// Backups of a store: what DB::Backup takes and gives, and the way back.
//
// A directory of backups (a repository) holds each file of a store once, however many backups need
// it, and each backup is a small list of files, written last: it is there as a whole or not at all.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "strata/options.h"
#include "strata/status.h"

namespace strata {

struct BackupOptions {
  std::string name;    // To find it by: letters, digits, '-' and '_', or nothing.
  bool logs = false;   // Also store the logged writes since the last backup or shipping of logs.
  bool check = false;  // Compare the bytes of files that the repository has already, too.
};

struct BackupInfo {
  std::uint64_t number = 0;  // From 1 on, within the repository.
  std::string name;
  std::uint64_t time_us = 0;   // Wall clock when it was begun.
  std::uint64_t sequence = 0;  // All writes up to here are in it, and no others.
  std::string store_id;        // 16 bytes, of the store that it is of.
  std::uint64_t files = 0;     // Tables and blob files that it needs,
  std::uint64_t bytes = 0;
  std::uint64_t new_files = 0;  // and those of them that weren't there before.
  std::uint64_t new_bytes = 0;
};

// Writes that were taken from the store's logs.
struct ShippedLogs {
  std::uint64_t first = 0;  // Sequences, both inclusive; 0: there was nothing new.
  std::uint64_t last = 0;
  std::uint64_t bytes = 0;
  // Writes from here on, up to `first`, are in no logs any more: only a backup holds them.
  std::optional<std::uint64_t> hole_from;
};

struct RestoreOptions {
  std::string backup;  // A number or a name; empty: the newest one that can be used.
  // At most one of these. The store is as of the last whole batch up to there: from logs that were
  // shipped, on top of the newest backup before.
  std::optional<std::uint64_t> sequence;
  std::optional<std::uint64_t> time_us;
};

struct RestoreInfo {
  BackupInfo from;
  std::uint64_t sequence = 0;     // As of which the store is.
  std::uint64_t log_entries = 0;  // On top of the backup.
};

// Makes `directory`, which must be empty or not there, a store as it was. All that is needed is
// read and checked before anything is written. `options` matter for their environment.
// A restore that was cut off leaves a directory that can't be opened; the same call begins it anew.
// Errors: kNotFound without such a backup, or when no logs reach there; kCorruption naming what is
// damaged or missing; kInvalidArgument.
Result<RestoreInfo> RestoreStore(const Options& options, const std::string& repository,
                                 const std::string& directory, const RestoreOptions& how = {});

}  // namespace strata
