#include "backup/backup_writer.h"

#include <algorithm>

#include "base/crc32c.h"

namespace strata::backup {
namespace {

Result<std::string> ReadAllOf(const HeldFile& file) {
  STRATA_TRY_ASSIGN(const auto opened, file.open());
  std::string bytes(opened->size(), '\0');
  STRATA_TRY_ASSIGN(const std::string_view read, opened->Read(0, bytes.size(), bytes.data()));
  return std::string(read);
}

ByteSource Whole(std::string_view bytes) {
  return [bytes]() mutable -> Result<std::string_view> {
    const std::string_view all = bytes;
    bytes = {};
    return all;
  };
}

bool IsSameFile(const BackupManifest& manifest, const BackupFile& file, const HeldFile& held) {
  if (file.kind != held.identity.kind || file.number != held.identity.number) return false;
  if (file.kind == FileKind::kTable) {
    return manifest.state.tables.at(file.number).file_id == held.identity.id;
  }
  const auto& blobs = manifest.state.blobs;
  return std::any_of(blobs.begin(), blobs.end(), [&](const auto& blob) {
    return blob.second.file == file.number && blob.second.file_id == held.identity.id;
  });
}

}  // namespace

Result<WrittenBackup> BackupWriter::Write(const Instant& instant, const WriteOptions& options) {
  STRATA_TRY_ASSIGN(backups_, Repository(target_).List());
  STRATA_TRY(CheckMayWrite(instant, options));
  WrittenBackup written;
  written.manifest.number = backups_.empty() ? 1 : backups_.back().manifest.number + 1;
  written.manifest.name = options.name;
  written.manifest.time_us = options.time_us;
  written.manifest.sequence = instant.sequence;
  written.manifest.state = instant.state;
  for (const HeldFile& held : instant.files) {
    STRATA_TRY_ASSIGN(const BackupFile* const earlier, Earlier(held, options.check));
    if (earlier != nullptr) {
      written.manifest.files.push_back(*earlier);
      continue;
    }
    STRATA_TRY_ASSIGN(const std::string before, ReadAllOf(held));
    STRATA_TRY(held.verify());
    STRATA_TRY_ASSIGN(const std::string after, ReadAllOf(held));
    if (before != after) return Corruption("a file changed while it was copied");
    const BackupFile file{held.identity.kind, held.identity.number, {after.size(), Crc32c(after)}};
    written.manifest.files.push_back(file);
    STRATA_TRY_ASSIGN(const bool left, Has(file, true));
    if (left) continue;
    STRATA_TRY(target_.Put(FileObjectName(file), file.sum, Whole(after)));
    ++written.copied_files;
    written.copied_bytes += after.size();
  }
  STRATA_TRY_ASSIGN(const bool made, target_.PutIfAbsent(BackupObjectName(written.manifest.number),
                                                         EncodeBackup(written.manifest)));
  if (made) return written;
  return Error(ErrorCode::kBusy, "somebody else made a backup");
}

Status BackupWriter::CheckMayWrite(const Instant& instant, const WriteOptions& options) const {
  if (!options.name.empty()) STRATA_TRY(CheckBackupName(options.name));
  for (const ListedBackup& backup : backups_) {
    if (!backup.damage.empty()) continue;
    if (backup.manifest.state.properties.store_id != instant.state.properties.store_id) {
      return InvalidArgument("the backups there are of another store");
    }
    if (!options.name.empty() && backup.manifest.name == options.name) {
      return InvalidArgument("there is a backup named " + options.name);
    }
  }
  return {};
}

Result<const BackupFile*> BackupWriter::Earlier(const HeldFile& held, bool check) {
  for (auto backup = backups_.rbegin(); backup != backups_.rend(); ++backup) {
    for (const BackupFile& file : backup->manifest.files) {
      if (!IsSameFile(backup->manifest, file, held)) continue;
      STRATA_TRY_ASSIGN(const bool there, Has(file, check));
      if (there) return &file;
    }
  }
  const BackupFile* const none = nullptr;
  return none;
}

Result<bool> BackupWriter::Has(const BackupFile& file, bool check) {
  const std::string name = FileObjectName(file);
  STRATA_TRY_ASSIGN(const auto objects, target_.List(name));
  if (objects.size() != 1 || objects[0] != ObjectInfo{name, file.sum.size}) return false;
  return !check || CheckObject(target_, name, file.sum).has_value();
}

}  // namespace strata::backup
