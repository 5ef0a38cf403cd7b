#include "backup/format.h"

#include <algorithm>
#include <charconv>

#include "backup/sealed.h"

namespace strata::backup {
namespace {

constexpr std::string_view kMagic = "STRATBAK";

enum Tag : std::uint8_t {
  kNumber = 1,
  kTime = 3,
  kSequence = 5,
  kName = 7,
  kProperties = 9,
  kEdit = 11,
  kFile = 13,
};

std::string Padded(std::uint64_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  return std::string(width - std::min(width, digits.size()), '0') + digits;
}

Status ReadFile(std::string_view contents, std::map<FileNumber, std::uint32_t>* checksums) {
  std::uint64_t number = 0;
  std::uint64_t size = 0;
  std::uint64_t crc = 0;
  STRATA_TRY(ReadVarints(contents, {&number, &size, &crc}));
  if (crc > UINT32_MAX || !checksums->emplace(number, static_cast<std::uint32_t>(crc)).second) {
    return Corruption("a file that can't be");
  }
  return {};
}

// Fields come in the order in which they were written; the state's edits have to.
Result<bool> ReadField(const FieldReader::Field& field, Manifest* manifest,
                       SequenceNumber* sequence) {
  Status read;
  if (field.tag == kNumber) {
    read = ReadVarints(field.contents, {&manifest->number});
  } else if (field.tag == kTime) {
    read = ReadVarints(field.contents, {&manifest->time_us});
  } else if (field.tag == kSequence) {
    read = ReadVarints(field.contents, {sequence});
  } else if (field.tag == kName) {
    manifest->name = field.contents;
  } else if (field.tag == kProperties) {
    STRATA_TRY_ASSIGN(manifest->state.properties, DecodeProperties(field.contents));
  } else if (field.tag == kEdit) {
    STRATA_TRY_ASSIGN(const VersionEdit edit, DecodeEdit(field.contents));
    read = manifest->state.Apply(edit);
  } else if (field.tag == kFile) {
    read = ReadFile(field.contents, &manifest->checksums);
  } else {
    return false;
  }
  STRATA_TRY(std::move(read));
  return true;
}

}  // namespace

std::string ToHex(std::string_view bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char byte : bytes) {
    text += kDigits[static_cast<std::uint8_t>(byte) >> 4];
    text += kDigits[static_cast<std::uint8_t>(byte) & 15];
  }
  return text;
}

std::string StoredFile::FileName() const {
  return is_blob ? BlobFileName(number) : TableFileName(number);
}

std::string StoredFile::Key() const {
  return std::string(kFilePrefix) + Padded(number, 6) + "-" + std::to_string(size) + "-" +
         ToHex({id.data(), id.size()}) + "-";
}

std::string StoredFile::ObjectName() const {
  std::string big_endian;
  for (int shift = 24; shift >= 0; shift -= 8) big_endian += static_cast<char>(crc >> shift);
  return Key() + ToHex(big_endian) + (is_blob ? ".blob" : ".sst");
}

std::vector<StoredFile> FilesOf(const ManifestState& state) {
  std::vector<StoredFile> files;
  for (const auto& [number, table] : state.tables) {
    files.push_back({number, table.size_bytes, table.file_id, false, 0});
  }
  for (const auto& [_, blob] : state.blobs) {
    files.push_back({blob.file, blob.size_bytes, blob.file_id, true, 0});
  }
  return files;
}

std::vector<StoredFile> Manifest::Files() const {
  std::vector<StoredFile> files = FilesOf(state);
  for (StoredFile& file : files) file.crc = checksums.at(file.number);
  return files;
}

BackupInfo Manifest::Describe() const {
  BackupInfo info;
  info.number = number;
  info.name = name;
  info.time_us = time_us;
  info.sequence = sequence();
  const FileId& id = state.properties.store_id;
  info.store_id.assign(id.data(), id.size());
  for (const StoredFile& file : FilesOf(state)) {
    ++info.files;
    info.bytes += file.size;
  }
  return info;
}

std::string BackupObjectName(std::uint64_t number) {
  return std::string(kBackupPrefix) + Padded(number, 8);
}

std::optional<std::uint64_t> ParseBackupObjectName(std::string_view name) {
  if (!name.starts_with(kBackupPrefix)) return std::nullopt;
  std::uint64_t number = 0;
  const char* const end = name.data() + name.size();
  const auto read = std::from_chars(name.data() + kBackupPrefix.size(), end, number);
  if (read.ec != std::errc() || number == 0 || BackupObjectName(number) != name) {
    return std::nullopt;
  }
  return number;
}

std::string EncodeManifest(const Manifest& manifest) {
  std::string fields;
  AppendField(&fields, kNumber, Varints({manifest.number}));
  AppendField(&fields, kTime, Varints({manifest.time_us}));
  AppendField(&fields, kSequence, Varints({manifest.sequence()}));
  AppendField(&fields, kName, manifest.name);
  AppendField(&fields, kProperties, EncodeProperties(manifest.state.properties));
  for (const VersionEdit& edit : manifest.state.Snapshot()) {
    AppendField(&fields, kEdit, EncodeEdit(edit));
  }
  for (const StoredFile& file : manifest.Files()) {
    AppendField(&fields, kFile, Varints({file.number, file.size, file.crc}));
  }
  return Seal(kMagic, fields);
}

Result<Manifest> DecodeManifest(std::string_view bytes) {
  Manifest manifest;
  SequenceNumber sequence = 0;
  STRATA_TRY(Unseal(kMagic, bytes, [&](const FieldReader::Field& field) {
    return ReadField(field, &manifest, &sequence);
  }));
  const std::vector<StoredFile> files = FilesOf(manifest.state);
  const bool all_there = std::all_of(files.begin(), files.end(), [&](const StoredFile& file) {
    return manifest.checksums.contains(file.number);
  });
  if (!all_there || files.size() != manifest.checksums.size() || sequence != manifest.sequence() ||
      !manifest.state.begun_logs.empty()) {
    return Corruption("what it says of its files and its sequence doesn't agree");
  }
  return manifest;
}

}  // namespace strata::backup
