#include "backup/writer.h"

#include <algorithm>
#include <charconv>

#include "backup/directory_target.h"
#include "base/crc32c.h"

namespace strata::backup {
namespace {

Result<std::uint32_t> ChecksumOf(const RandomAccessFile& file) {
  std::uint32_t crc = 0;
  const Target::Source source = SourceOf(file);
  while (true) {
    STRATA_TRY_ASSIGN(const std::string_view piece, source());
    if (piece.empty()) return crc;
    crc = ExtendCrc32c(crc, piece);
  }
}

Result<std::uint64_t> NextNumber(Target& target) {
  STRATA_TRY_ASSIGN(const auto objects, target.List(kBackupPrefix));
  std::uint64_t last = 0;
  for (const Target::Object& object : objects) {
    last = std::max(last, ParseBackupObjectName(object.name).value_or(0));
  }
  return last + 1;
}

}  // namespace

Status CheckBackupName(const std::string& name) {
  const auto is_allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
  };
  if (name.size() <= 64 && std::all_of(name.begin(), name.end(), is_allowed) &&
      (name.empty() ||
       !std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; }))) {
    return {};
  }
  return InvalidArgument("a backup can't be named '" + name +
                         "': up to 64 letters, digits, '-' and '_', not digits alone");
}

Writer::OpenFiles Writer::FilesIn(const VersionSet::Versions& held) {
  OpenFiles files;
  for (const auto& [_, version] : held) {
    for (const Run& run : version->runs()) {
      for (const auto& table : run.tables) {
        const sst::TableReader& reader = table->reader();
        files[table->meta().number] = {&reader.file(), [&reader] { return reader.VerifyAll(); }};
      }
    }
    for (const auto& [id, state] : version->blobs()) {
      const blob::BlobReader& reader = state.blob->reader();
      files[state.blob->meta().file] = {&reader.file(), [&reader] { return reader.VerifyAll(); }};
    }
  }
  return files;
}

Result<BackupInfo> Writer::Write(const Instant& instant) {
  STRATA_TRY(CheckBackupName(options_.name));
  STRATA_TRY(FindStored());
  Manifest manifest;
  manifest.name = options_.name;
  manifest.time_us = instant.time_us;
  manifest.state = instant.state;
  BackupInfo copied;
  OpenFiles open = FilesIn(instant.held);
  for (StoredFile& file : FilesOf(instant.state)) {
    STRATA_TRY(Annotate(Store(&file, open[file.number], &copied), "backing up " + file.FileName()));
    manifest.checksums[file.number] = file.crc;
  }
  STRATA_TRY_ASSIGN(manifest.number, NextNumber(target_));
  STRATA_TRY_ASSIGN(const bool made,
                    target_.Create(BackupObjectName(manifest.number), EncodeManifest(manifest)));
  if (!made) {
    return Error(ErrorCode::kBusy, "somebody else made backup " + std::to_string(manifest.number) +
                                       " in " + target_.where() + " meanwhile; try again");
  }
  BackupInfo info = manifest.Describe();
  info.new_files = copied.new_files;
  info.new_bytes = copied.new_bytes;
  return info;
}

Status Writer::FindStored() {
  STRATA_TRY_ASSIGN(const auto objects, target_.List(kFilePrefix));
  for (const Target::Object& object : objects) {
    const std::size_t at = object.name.rfind('-') + 1;
    Target::Content content{object.size, 0};
    const char* const begin = object.name.data() + at;
    (void)std::from_chars(begin, begin + object.name.size() - at, content.crc, 16);
    stored_[object.name.substr(0, at)] = content;
  }
  return {};
}

Status Writer::Store(StoredFile* file, const OpenFile& open, BackupInfo* info) {
  STRATA_TRY_ASSIGN(const bool there, IsThere(file));
  if (there) return {};
  STRATA_TRY(Copy(file, open));
  ++info->new_files;
  info->new_bytes += file->size;
  return {};
}

// An object that isn't what it should be is stored again: all backups that need it are whole then.
Result<bool> Writer::IsThere(StoredFile* file) {
  const auto found = stored_.find(file->Key());
  if (found == stored_.end() || found->second.size != file->size) return false;
  file->crc = found->second.crc;
  if (!options_.check) return true;
  Status checked = CheckObject(target_, file->ObjectName(), file->content());
  if (!checked && checked.error().code() != ErrorCode::kCorruption)
    return std::move(checked).error();
  return checked.has_value();
}

Status Writer::Copy(StoredFile* file, const OpenFile& open) {
  STRATA_TRY(open.verify());
  STRATA_TRY_ASSIGN(file->crc, ChecksumOf(*open.file));
  return target_.Put(file->ObjectName(), file->content(), SourceOf(*open.file));
}

}  // namespace strata::backup
