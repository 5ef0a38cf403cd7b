#include "backup/backup_writer.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace strata::backup {
namespace {

constexpr std::size_t kPieceBytes = 1 << 20;

// The bytes of `file`, from the beginning. It is borrowed.
ByteSource BytesOf(const RandomAccessFile& file) {
  return [&file, offset = std::uint64_t{0},
          scratch = std::string(kPieceBytes, '\0')]() mutable -> Result<std::string_view> {
    const auto size = std::min<std::uint64_t>(kPieceBytes, file.size() - offset);
    if (size == 0) return std::string_view();
    STRATA_TRY_ASSIGN(const std::string_view piece, file.Read(offset, size, scratch.data()));
    offset += size;
    return piece;
  };
}

Result<ByteSum> SumOf(const RandomAccessFile& file) {
  SumTaker taken;
  const ByteSource source = BytesOf(file);
  while (true) {
    STRATA_TRY_ASSIGN(const std::string_view piece, source());
    if (piece.empty()) return taken.sum();
    taken.Take(piece);
  }
}

std::map<std::pair<FileKind, FileNumber>, FileId> IdsIn(const ManifestState& state) {
  std::map<std::pair<FileKind, FileNumber>, FileId> ids;
  for (const auto& [number, table] : state.tables) ids[{FileKind::kTable, number}] = table.file_id;
  for (const auto& [_, blob] : state.blobs) ids[{FileKind::kBlob, blob.file}] = blob.file_id;
  return ids;
}

}  // namespace

Result<WrittenBackup> BackupWriter::Write(const Instant& instant, const WriteOptions& options) {
  STRATA_TRY(LookAround(instant, options));
  BackupManifest& manifest = written_.manifest;
  manifest.number = next_number_;
  manifest.name = options.name;
  manifest.time_us = options.time_us;
  manifest.sequence = instant.sequence;
  manifest.state = instant.state;
  for (const HeldFile& file : instant.files) {
    STRATA_TRY_ASSIGN(manifest.files.emplace_back(), Bring(file, options.check));
  }
  STRATA_TRY_ASSIGN(const bool made,
                    target_.PutIfAbsent(BackupObjectName(manifest.number), EncodeBackup(manifest)));
  if (!made) {
    return Error(ErrorCode::kBusy, target_.Where() + ": another backup was made meanwhile");
  }
  return std::move(written_);
}

Status BackupWriter::LookAround(const Instant& instant, const WriteOptions& options) {
  if (!options.name.empty()) STRATA_TRY(CheckBackupName(options.name));
  STRATA_TRY_ASSIGN(const auto backups, repository_.List());
  for (const ListedBackup& backup : backups) {
    const BackupManifest& manifest = backup.manifest;
    next_number_ = manifest.number + 1;
    if (!backup.damage.empty()) continue;
    if (manifest.state.properties.store_id != instant.state.properties.store_id) {
      return InvalidArgument(target_.Where() +
                             " has backups of another store; give each store (one that was "
                             "restored is a new one) a place of its own");
    }
    if (!options.name.empty() && manifest.name == options.name) {
      return InvalidArgument(target_.Where() + " has a backup that is named " + options.name);
    }
    known_.clear();
    const auto ids = IdsIn(manifest.state);
    for (const BackupFile& file : manifest.files) {
      known_[{file.kind, ids.at({file.kind, file.number})}] = file;
    }
  }
  STRATA_TRY_ASSIGN(const auto objects, target_.List(kFilePrefix));
  for (const ObjectInfo& object : objects) sizes_[object.name] = object.size;
  return {};
}

Result<BackupFile> BackupWriter::Bring(const HeldFile& file, bool check) {
  STRATA_TRY_ASSIGN(const auto known, FindKnown(file, check));
  if (known) return *known;
  STRATA_TRY_ASSIGN(const auto bytes, file.open());
  BackupFile brought{.kind = file.identity.kind, .number = file.identity.number, .sum = {}};
  STRATA_TRY_ASSIGN(brought.sum, SumOf(*bytes));
  // What is copied has this sum, too, so it is what was verified in between.
  STRATA_TRY(file.verify());
  STRATA_TRY_ASSIGN(const bool is_there, IsThere(brought, /*check=*/true));
  if (is_there) return brought;  // Of a backup that was cut off.
  STRATA_TRY(target_.Put(FileObjectName(brought), brought.sum, BytesOf(*bytes)));
  ++written_.copied_files;
  written_.copied_bytes += brought.sum.size;
  return brought;
}

Result<std::optional<BackupFile>> BackupWriter::FindKnown(const HeldFile& file, bool check) {
  const auto known = known_.find({file.identity.kind, file.identity.id});
  if (known == known_.end() || known->second.number != file.identity.number ||
      known->second.sum.size != file.size_bytes) {
    return std::optional<BackupFile>();
  }
  STRATA_TRY_ASSIGN(const bool is_there, IsThere(known->second, check));
  return is_there ? std::optional(known->second) : std::nullopt;
}

// An object that is damaged isn't there: it is brought again.
Result<bool> BackupWriter::IsThere(const BackupFile& file, bool check) {
  const std::string name = FileObjectName(file);
  const auto size = sizes_.find(name);
  if (size == sizes_.end() || size->second != file.sum.size) return false;
  if (!check) return true;
  Status checked = CheckObject(target_, name, file.sum);
  if (checked) return true;
  if (checked.error().code() == ErrorCode::kCorruption) return false;
  return std::move(checked).error();
}

}  // namespace strata::backup
