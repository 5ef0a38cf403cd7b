#include "backup/repository.h"

#include <utility>

namespace strata::backup {
namespace {

constexpr std::uint64_t kManifestBytesMax = 1ULL << 30;

// That something is wrong with a backup, and not with the reading of it.
bool IsDamage(const Error& error) {
  return error.code() == ErrorCode::kCorruption || error.code() == ErrorCode::kUnsupported ||
         error.code() == ErrorCode::kNotFound;
}

}  // namespace

Result<std::vector<std::uint64_t>> Repository::Numbers() {
  STRATA_TRY_ASSIGN(const auto objects, target_.List(kBackupPrefix));
  std::vector<std::uint64_t> numbers;
  for (const ObjectInfo& object : objects) {
    if (const auto number = ParseBackupObjectName(object.name)) numbers.push_back(*number);
  }
  return numbers;
}

Result<BackupManifest> Repository::Read(std::uint64_t number) {
  const std::string name = BackupObjectName(number);
  STRATA_TRY_ASSIGN(const std::string bytes, ReadWhole(target_, name, kManifestBytesMax));
  STRATA_TRY_ASSIGN(BackupManifest backup, Annotate(DecodeBackup(bytes), name));
  if (backup.number != number) {
    return Corruption(name + ": it is backup " + std::to_string(backup.number) +
                      " under another's name");
  }
  return backup;
}

Result<std::vector<ListedBackup>> Repository::List() {
  STRATA_TRY_ASSIGN(const auto numbers, Numbers());
  std::vector<ListedBackup> backups;
  for (const std::uint64_t number : numbers) {
    auto backup = Read(number);
    if (!backup && !IsDamage(backup.error())) return std::move(backup).error();
    ListedBackup& listed = backups.emplace_back();
    if (backup) {
      listed.manifest = *std::move(backup);
    } else {
      listed.manifest.number = number;
      listed.damage = backup.error().message();
    }
  }
  return backups;
}

Result<CheckTotals> Repository::Check() {
  STRATA_TRY_ASSIGN(const auto backups, List());
  CheckTotals totals;
  std::set<std::string> seen;
  for (const ListedBackup& backup : backups) {
    ++totals.backups;
    if (backup.damage.empty()) {
      STRATA_TRY(CheckFilesOf(backup.manifest, &seen, &totals));
    } else {
      totals.damage.push_back(backup.damage);
    }
  }
  return totals;
}

Status Repository::CheckFilesOf(const BackupManifest& backup, std::set<std::string>* seen,
                                CheckTotals* totals) {
  for (const BackupFile& file : backup.files) {
    const std::string name = FileObjectName(file);
    if (!seen->insert(name).second) continue;
    ++totals->files;
    totals->bytes += file.sum.size;
    Status checked = CheckObject(target_, name, file.sum);
    if (checked) continue;
    if (!IsDamage(checked.error())) return checked;
    totals->damage.push_back("backup " + std::to_string(backup.number) + ": " +
                             checked.error().message());
  }
  return {};
}

Result<PruneTotals> Repository::Prune(std::uint64_t keep) {
  if (keep == 0) return InvalidArgument("at least one backup stays: keep 1 or more");
  STRATA_TRY_ASSIGN(std::vector<std::uint64_t> numbers, Numbers());
  std::vector<std::uint64_t> kept;
  while (!numbers.empty() && kept.size() < keep) {
    kept.push_back(numbers.back());
    numbers.pop_back();
  }
  STRATA_TRY_ASSIGN(const auto needed, NeededBy(kept));
  PruneTotals totals;
  for (const std::uint64_t number : numbers) {
    STRATA_TRY(target_.Delete(BackupObjectName(number)));
    ++totals.backups;
  }
  STRATA_TRY_ASSIGN(const auto files, target_.List(kFilePrefix));
  for (const ObjectInfo& file : files) {
    if (needed.contains(file.name)) continue;
    STRATA_TRY(target_.Delete(file.name));
    ++totals.files;
    totals.bytes += file.size;
  }
  return totals;
}

// The names of the objects.
Result<std::set<std::string>> Repository::NeededBy(const std::vector<std::uint64_t>& numbers) {
  std::set<std::string> needed;
  for (const std::uint64_t number : numbers) {
    STRATA_TRY_ASSIGN(const BackupManifest backup, Read(number));
    for (const BackupFile& file : backup.files) needed.insert(FileObjectName(file));
  }
  return needed;
}

}  // namespace strata::backup
