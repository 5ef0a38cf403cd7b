// Makes a backup: brings what the target hasn't got yet, then the object that makes it a backup.
// restore.h is the way back.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backup/repository.h"
#include "backup/source.h"

namespace strata::backup {

struct WriteOptions {
  std::string name;
  std::uint64_t time_us = 0;
  bool check = false;
};

struct WrittenBackup {
  BackupManifest manifest;
  std::uint64_t copied_files = 0;
  std::uint64_t copied_bytes = 0;
};

// Another answer: all backups are looked through for each file, newest first, and the bytes of a
// file are read into memory once, so what is verified before and what is copied after are compared.
class BackupWriter {
 public:
  explicit BackupWriter(BackupTarget& target) : target_(target) {}
  Result<WrittenBackup> Write(const Instant& instant, const WriteOptions& options);

 private:
  Status CheckMayWrite(const Instant& instant, const WriteOptions& options) const;
  Result<const BackupFile*> Earlier(const HeldFile& file, bool check);
  Result<bool> Has(const BackupFile& file, bool check);

  BackupTarget& target_;
  std::vector<ListedBackup> backups_;
};

}  // namespace strata::backup
