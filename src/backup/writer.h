// Writes a backup: the files of a state that the repository hasn't got yet, each checked before and
// while it is copied, then the list of them, with which the backup is there.
//
// Thread safety: none.

#pragma once

#include <functional>
#include <map>
#include <string>

#include "backup/format.h"
#include "backup/target.h"
#include "io/file_system.h"
#include "version/version_set.h"

namespace strata::backup {

// A store at one moment. What is held keeps its files there.
struct Instant {
  ManifestState state;  // All up to its last sequence is in its tables.
  VersionSet::Versions held;
  std::uint64_t time_us = 0;
};

class Writer {
 public:
  // `target` must outlive it.
  Writer(Target& target, BackupOptions options) : target_(target), options_(std::move(options)) {}

  // Errors: kCorruption naming the store's file that is damaged; kBusy when somebody else made a
  // backup meanwhile. After an error no backup is there, though files may be, for the next one.
  Result<BackupInfo> Write(const Instant& instant);

 private:
  // A file as the store has it open: what is checked is what is copied.
  struct OpenFile {
    const RandomAccessFile* file = nullptr;
    std::function<Status()> verify;  // Every block.
  };
  using OpenFiles = std::map<FileNumber, OpenFile>;
  static OpenFiles FilesIn(const VersionSet::Versions& held);
  Status FindStored();
  Status Store(StoredFile* file, const OpenFile& open, BackupInfo* info);
  Result<bool> IsThere(StoredFile* file);
  Status Copy(StoredFile* file, const OpenFile& open);

  Target& target_;
  const BackupOptions options_;
  std::map<std::string, Target::Content> stored_;  // By StoredFile::Key().
};

// Errors: kInvalidArgument. An empty name is none.
Status CheckBackupName(const std::string& name);

}  // namespace strata::backup
