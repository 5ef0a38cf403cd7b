// Makes a backup: brings what the target hasn't got yet, then the object that makes it a backup.
// restore.h is the way back.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "backup/repository.h"
#include "backup/source.h"

namespace strata::backup {

struct WriteOptions {
  std::string name;           // Empty: none.
  std::uint64_t time_us = 0;  // Wall clock.
  bool check = false;         // Read what is there already, too; its size is looked at anyway.
};

// What was made, and what it cost.
struct WrittenBackup {
  BackupManifest manifest;
  std::uint64_t copied_files = 0;  // The others were there.
  std::uint64_t copied_bytes = 0;
};

class BackupWriter {
 public:
  // `target` is borrowed, and may be written to.
  explicit BackupWriter(BackupTarget& target) : target_(target), repository_(target) {}

  // The backup is there, whole and durable, on success; after an error, and after a crash at any
  // moment, there is none. Files that an earlier backup has are not read, unless `check`; of the
  // others every block is checked, and what is copied is what was checked.
  // Errors: kCorruption naming the file of the store, or of the target, that is damaged;
  // kInvalidArgument when the target has backups of another store, or one of this name.
  Result<WrittenBackup> Write(const Instant& instant, const WriteOptions& options);

 private:
  using FileKey = std::pair<FileKind, FileId>;

  // Learns what is there: the files of the newest backup that can be read, the sizes of objects,
  // and the next number. Errors: as Write.
  Status LookAround(const Instant& instant, const WriteOptions& options);
  // The object of one file, which is there on return.
  Result<BackupFile> Bring(const HeldFile& file, bool check);
  // As an earlier backup has it, if that object is still there and whole, as far as is looked.
  Result<std::optional<BackupFile>> FindKnown(const HeldFile& file, bool check);
  Result<bool> IsThere(const BackupFile& file, bool check);

  BackupTarget& target_;
  Repository repository_;
  std::uint64_t next_number_ = 1;
  std::map<FileKey, BackupFile> known_;
  std::map<std::string, std::uint64_t> sizes_;  // Of objects, by name.
  WrittenBackup written_;
};

}  // namespace strata::backup
