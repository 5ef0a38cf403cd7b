// What a backup consists of, and the bytes of the object that makes it one.
//
//   backup := magic "STRATBKP" | version u32 | field* | checksum u32: CRC-32C of all before
//   field  := tag varint | length varint | contents          as in version/manifest_format.h
//
//   tag  contents
//   ---  ----------------------------------------------------------------------------------
//     1  number, varint
//     2  name, when it has one
//     3  properties of the store (version/manifest_format.h)
//     5  when it was made: wall clock in us, varint
//     7  the sequence up to which everything is in it, varint
//     9  file: kind u8 (0 table, 1 blob file) | number, size, varints | CRC-32C of it all, u32
//    11  edit (version/manifest_format.h); all of them together are what the store was
//
// Objects of a repository:
//
//   backup-0000000003               number 3. It is written last and deleted first: a backup is
//                                   there exactly when this object is.
//   file-000007.sst-4711-1a2b3c4d   a table of 4,711 bytes with this CRC-32C; blob files are .blob
//
// The number alone doesn't tell a file: a store that was put back to an earlier state gives it out
// again. What has the number, the size and the checksum of a file is the file.
//
// Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backup/target.h"
#include "base/result.h"
#include "version/file_names.h"
#include "version/manifest.h"

namespace strata::backup {

inline constexpr std::string_view kBackupMagic = "STRATBKP";
inline constexpr std::uint32_t kBackupVersion = 1;
inline constexpr std::string_view kBackupPrefix = "backup-";
inline constexpr std::string_view kFilePrefix = "file-";

// A table or blob file of the store.
struct BackupFile {
  FileKind kind = FileKind::kTable;
  FileNumber number = 0;
  ByteSum sum;

  bool operator==(const BackupFile&) const = default;
};

struct BackupManifest {
  std::uint64_t number = 0;
  std::string name;
  std::uint64_t time_us = 0;
  SequenceNumber sequence = 0;  // Everything up to it is in.
  std::vector<BackupFile> files;
  ManifestState state;  // Without logs.

  std::uint64_t bytes() const;  // Of the files.
};

std::string EncodeBackup(const BackupManifest& backup);
// Errors: kCorruption; kUnsupported when a newer program wrote it. What it returns is whole: its
// files are those that its state names, and of the same sizes.
Result<BackupManifest> DecodeBackup(std::string_view bytes);

std::string BackupObjectName(std::uint64_t number);
// Nothing when the name isn't one of a backup, spelled exactly so.
std::optional<std::uint64_t> ParseBackupObjectName(std::string_view name);
std::string FileObjectName(const BackupFile& file);
// What the file is called in a store's directory.
std::string StoreFileName(FileKind kind, FileNumber number);

// A name that a backup may have: letters, digits, '.', '_' and '-', 64 at most, and no number.
// Errors: kInvalidArgument.
Status CheckBackupName(std::string_view name);

}  // namespace strata::backup
