#include "backup/restore.h"

#include <algorithm>
#include <utility>

#include "backup/durable_directory.h"
#include "base/coding.h"
#include "version/restore_mark.h"
#include "version/version_set.h"

namespace strata::backup {
namespace {

constexpr std::size_t kDamageShown = 5;

// Errors: kCorruption naming what is missing or damaged.
Status CheckAll(BackupTarget& target, const BackupManifest& backup) {
  std::vector<std::string> damage;
  for (const BackupFile& file : backup.files) {
    Status checked = CheckObject(target, FileObjectName(file), file.sum);
    if (checked) continue;
    const ErrorCode code = checked.error().code();
    if (code != ErrorCode::kCorruption && code != ErrorCode::kNotFound) return checked;
    damage.push_back(code == ErrorCode::kNotFound ? FileObjectName(file) + ": it is missing"
                                                  : checked.error().message());
  }
  if (damage.empty()) return {};
  std::string message = "backup " + std::to_string(backup.number) + " is damaged";
  for (std::size_t i = 0; i < std::min(damage.size(), kDamageShown); ++i) {
    message += (i == 0 ? ": " : "; ") + damage[i];
  }
  if (damage.size() > kDamageShown) {
    message += "; and " + std::to_string(damage.size() - kDamageShown) + " more";
  }
  return Corruption(message +
                    "; nothing was restored. An earlier backup may be whole: `strata "
                    "backup check` tells which");
}

// Whether an earlier restore into the directory was cut off.
Result<bool> IsHalf(FileSystem& files, const std::string& directory) {
  STRATA_TRY_ASSIGN(const auto names, files.List(directory));
  const auto has = [&](std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (has(kCurrentFileName)) return InvalidArgument("a store is there");
  if (names.empty() || has(kRestoreMarkName)) return !names.empty();
  return InvalidArgument(names.front() + " is in it; name a directory that is empty, or not there");
}

Status WriteFile(FileSystem& files, const std::string& path, const ByteSource& source) {
  STRATA_TRY_ASSIGN(const auto file, files.Create(path));
  while (true) {
    STRATA_TRY_ASSIGN(const std::string_view piece, source());
    if (piece.empty()) break;
    STRATA_TRY(file->Append(piece));
  }
  STRATA_TRY(file->Sync());
  return file->Close();
}

// Leaves the directory empty but for a mark, durably.
Status Begin(FileSystem& files, const std::string& directory, bool is_half) {
  if (is_half) {
    STRATA_TRY_ASSIGN(const auto names, files.List(directory));
    for (const std::string& name : names) {
      const bool is_ours = ParseFileName(name).has_value();
      if (is_ours && name != kLockFileName) STRATA_TRY(files.Remove(JoinPath(directory, name)));
    }
  } else {
    std::string_view text = "A restore of this store began, and has not ended.\n";
    STRATA_TRY(WriteFile(
        files, JoinPath(directory, kRestoreMarkName),
        [&]() -> Result<std::string_view> { return std::exchange(text, std::string_view()); }));
  }
  return files.SyncDirectory(directory);
}

Status CopyBack(BackupTarget& target, const BackupFile& file, FileSystem& files,
                const std::string& directory) {
  const std::string name = FileObjectName(file);
  STRATA_TRY_ASSIGN(const auto copy,
                    files.Create(JoinPath(directory, StoreFileName(file.kind, file.number))));
  SumTaker taken;
  STRATA_TRY(target.Read(name, [&](std::string_view piece) -> Status {
    taken.Take(piece);
    return copy->Append(piece);
  }));
  STRATA_TRY(Annotate(taken.Compare(file.sum), name));
  STRATA_TRY(copy->Sync());
  return copy->Close();
}

// What the backup says, as a store of its own that has no logs yet.
ManifestState NewState(const BackupManifest& backup, const Entropy& entropy) {
  ManifestState state = backup.state;
  FileId& id = state.properties.store_id;
  for (std::size_t i = 0; i < id.size(); i += 8) EncodeFixed(id.data() + i, entropy());
  state.oldest_log = state.next_file;
  return state;
}

bool IsFit(const BackupManifest& backup, const RestorePoint& point) {
  return (!point.time_us || backup.time_us <= *point.time_us) &&
         (!point.sequence || backup.sequence <= *point.sequence);
}

}  // namespace

Result<BackupManifest> ChooseBackup(Repository& repository, const RestorePoint& point) {
  STRATA_TRY_ASSIGN(auto backups, repository.List());
  if (backups.empty()) return Error(ErrorCode::kNotFound, "there are no backups");
  for (auto it = backups.rbegin(); it != backups.rend(); ++it) {
    const std::string number = std::to_string(it->manifest.number);
    if (point.backup && *point.backup != number && *point.backup != it->manifest.name) continue;
    if (!it->damage.empty()) {
      return Corruption(it->damage +
                        "; name another backup: `strata backup list` shows which "
                        "there are");
    }
    if (IsFit(it->manifest, point)) return std::move(it->manifest);
  }
  if (point.backup) return Error(ErrorCode::kNotFound, "there is no backup " + *point.backup);
  return Error(ErrorCode::kNotFound, "all backups are later: the first, " +
                                         std::to_string(backups.front().manifest.number) +
                                         ", is as of sequence " +
                                         std::to_string(backups.front().manifest.sequence));
}

Status RestoreStore(BackupTarget& target, const BackupManifest& backup,
                    const Environment& environment, const std::string& directory) {
  STRATA_TRY(CheckAll(target, backup));
  FileSystem& files = *environment.files;
  STRATA_TRY(MakeDurableDirectory(files, directory));
  STRATA_TRY_ASSIGN(const bool is_half, Annotate(IsHalf(files, directory), directory));
  STRATA_TRY(Begin(files, directory, is_half));
  for (const BackupFile& file : backup.files) {
    STRATA_TRY(CopyBack(target, file, files, directory));
  }
  STRATA_TRY(files.SyncDirectory(directory));
  STRATA_TRY(VersionSet::CreateFrom(environment, directory, NewState(backup, environment.entropy)));
  STRATA_TRY(files.Remove(JoinPath(directory, kRestoreMarkName)));
  return files.SyncDirectory(directory);
}

}  // namespace strata::backup
