#include "backup/backup_format.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <utility>

#include "base/coding.h"
#include "base/crc32c.h"
#include "version/manifest_format.h"

namespace strata::backup {
namespace {

enum Tag : std::uint8_t {
  kNumber = 1,
  kName = 2,
  kProperties = 3,
  kTime = 5,
  kSequence = 7,
  kFile = 9,
  kEdit = 11,
};

constexpr std::size_t kHeadBytes = 12;  // Magic and version.
constexpr std::size_t kNameBytesMax = 64;

std::string Varint(std::uint64_t value) {
  std::string bytes;
  AppendVarint64(&bytes, value);
  return bytes;
}

std::string EncodeFile(const BackupFile& file) {
  std::string bytes(1, file.kind == FileKind::kBlob ? '\1' : '\0');
  AppendVarint64(&bytes, file.number);
  AppendVarint64(&bytes, file.sum.size);
  AppendFixed32(&bytes, file.sum.crc);
  return bytes;
}

Result<std::uint64_t> DecodeNumber(std::string_view contents) {
  ByteReader reader(contents);
  const auto value = reader.ReadVarint64();
  if (!value || !reader.empty()) return Corruption("a number is malformed");
  return *value;
}

Result<BackupFile> DecodeFile(std::string_view contents) {
  ByteReader reader(contents);
  const auto kind = reader.ReadFixed<std::uint8_t>();
  const auto number = reader.ReadVarint64();
  const auto size = reader.ReadVarint64();
  const auto crc = reader.ReadFixed<std::uint32_t>();
  if (!kind || *kind > 1 || !number || !size || !crc || !reader.empty()) {
    return Corruption("a file is malformed");
  }
  return BackupFile{.kind = *kind == 1 ? FileKind::kBlob : FileKind::kTable,
                    .number = *number,
                    .sum = {.size = *size, .crc = *crc}};
}

Status DecodeField(const FieldReader::Field& field, BackupManifest* backup) {
  const auto number = [&](std::uint64_t* out) -> Status {
    STRATA_TRY_ASSIGN(*out, DecodeNumber(field.contents));
    return {};
  };
  switch (field.tag) {
    case kNumber:
      return number(&backup->number);
    case kTime:
      return number(&backup->time_us);
    case kSequence:
      return number(&backup->sequence);
    case kName:
      backup->name = field.contents;
      return {};
    case kProperties: {
      STRATA_TRY_ASSIGN(backup->state.properties, DecodeProperties(field.contents));
      return {};
    }
    case kFile: {
      STRATA_TRY_ASSIGN(backup->files.emplace_back(), DecodeFile(field.contents));
      return {};
    }
    case kEdit: {
      STRATA_TRY_ASSIGN(const VersionEdit edit, DecodeEdit(field.contents));
      return backup->state.Apply(edit);
    }
    default:
      return CheckUnknownField(field, "backup");
  }
}

using FileSizes = std::map<std::pair<FileKind, FileNumber>, std::uint64_t>;

FileSizes SizesIn(const ManifestState& state) {
  FileSizes sizes;
  for (const auto& [number, table] : state.tables) {
    sizes[{FileKind::kTable, number}] = table.size_bytes;
  }
  for (const auto& [_, blob] : state.blobs) sizes[{FileKind::kBlob, blob.file}] = blob.size_bytes;
  return sizes;
}

Status CheckFiles(const BackupManifest& backup) {
  FileSizes listed;
  for (const BackupFile& file : backup.files) listed[{file.kind, file.number}] = file.sum.size;
  if (listed.size() == backup.files.size() && listed == SizesIn(backup.state)) return {};
  return Corruption("the files that it lists aren't those of the store that it describes");
}

}  // namespace

std::uint64_t BackupManifest::bytes() const {
  std::uint64_t sum = 0;
  for (const BackupFile& file : files) sum += file.sum.size;
  return sum;
}

std::string EncodeBackup(const BackupManifest& backup) {
  std::string bytes(kBackupMagic);
  AppendFixed32(&bytes, kBackupVersion);
  AppendField(&bytes, kNumber, Varint(backup.number));
  if (!backup.name.empty()) AppendField(&bytes, kName, backup.name);
  AppendField(&bytes, kProperties, EncodeProperties(backup.state.properties));
  AppendField(&bytes, kTime, Varint(backup.time_us));
  AppendField(&bytes, kSequence, Varint(backup.sequence));
  for (const BackupFile& file : backup.files) AppendField(&bytes, kFile, EncodeFile(file));
  for (const VersionEdit& edit : backup.state.Snapshot()) {
    AppendField(&bytes, kEdit, EncodeEdit(edit));
  }
  AppendFixed32(&bytes, Crc32c(bytes));
  return bytes;
}

Result<BackupManifest> DecodeBackup(std::string_view bytes) {
  if (bytes.size() < kHeadBytes + 4 || !bytes.starts_with(kBackupMagic)) {
    return Corruption("it isn't a backup");
  }
  const std::string_view checked = bytes.substr(0, bytes.size() - 4);
  if (DecodeFixed<std::uint32_t>(bytes.data() + checked.size()) != Crc32c(checked)) {
    return Corruption("its checksum is wrong");
  }
  const auto version = DecodeFixed<std::uint32_t>(bytes.data() + kBackupMagic.size());
  if (version != kBackupVersion) {
    return Error(ErrorCode::kUnsupported, "a backup of version " + std::to_string(version) +
                                              ", this program knows up to " +
                                              std::to_string(kBackupVersion));
  }
  BackupManifest backup;
  FieldReader fields(checked.substr(kHeadBytes));
  while (!fields.empty()) {
    STRATA_TRY_ASSIGN(const FieldReader::Field field, fields.Next());
    STRATA_TRY(DecodeField(field, &backup));
  }
  STRATA_TRY(CheckFiles(backup));
  return backup;
}

std::string BackupObjectName(std::uint64_t number) {
  char text[32];
  std::snprintf(text, sizeof(text), "%010llu", static_cast<unsigned long long>(number));
  return std::string(kBackupPrefix) + text;
}

std::optional<std::uint64_t> ParseBackupObjectName(std::string_view name) {
  if (!name.starts_with(kBackupPrefix)) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : name.substr(kBackupPrefix.size())) {
    if (c < '0' || c > '9' || number >= kFileNumberMax) return std::nullopt;
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (name != BackupObjectName(number)) return std::nullopt;
  return number;
}

std::string StoreFileName(FileKind kind, FileNumber number) {
  return kind == FileKind::kBlob ? BlobFileName(number) : TableFileName(number);
}

std::string FileObjectName(const BackupFile& file) {
  char crc[16];
  std::snprintf(crc, sizeof(crc), "%08x", file.sum.crc);
  return std::string(kFilePrefix) + StoreFileName(file.kind, file.number) + "-" +
         std::to_string(file.sum.size) + "-" + crc;
}

Status CheckBackupName(std::string_view name) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto fits = [&](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '-';
  };
  if (!name.empty() && name.size() <= kNameBytesMax &&
      std::all_of(name.begin(), name.end(), fits) &&
      !std::all_of(name.begin(), name.end(), is_digit)) {
    return {};
  }
  return InvalidArgument(
      "a backup's name is made of letters, digits, '.', '_' and '-', 64 at most, and is no number");
}

}  // namespace strata::backup
