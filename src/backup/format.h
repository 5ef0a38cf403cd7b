// What is in a repository of backups, version 1. Every object is made whole, and never changed.
//
//   name of an object                              what it holds
//   --------------------------------------------   ---------------------------------------------
//   backup-00000001                                one backup: it is there when this object is
//   file-000012-4096-<file id>-<crc>.sst, .blob    a file of a store: its number and size, its id
//                                                  (16 bytes, drawn at random) and the CRC-32C of
//                                                  all of it, in hexadecimal
//   logs-<store id>-<first>-<last>                 writes with these sequences, 20 digits each
//
//   backup, logs := magic | version u32 | field* | checksum u32
//   field        := tag varint | length varint | contents      as in a manifest (manifest_format.h)
//
//   The checksum is the CRC-32C of all before it. The magic of a backup is "STRATBAK", of logs
//   "STRATLGS". A field with an odd tag that isn't known makes a reader refuse the object.
//
//   backup                                       logs
//   tag  contents                                tag  contents
//   ---  -------------------------------------   ---  ---------------------------------------------
//     1  number, varint                            1  store id, 16 bytes
//     3  wall clock in us, varint                  3  wall clock in us when they were durable,
//     varint 5  sequence, varint                          5  first, last sequence, varints 7  name
//     7  a record: sequence varint, then its payload 9  the store's properties (batch_format.h); in
//     order, no hole between
//    11  an edit, as often as needed: together     9  checksum of which tables there were, varint:
//        they make the store out of nothing           logs go only with a backup that had the same
//    13  a file: number, size, CRC-32C, varints
//
// Example: the golden test "format of a backup" pins bytes.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backup/target.h"
#include "base/result.h"
#include "strata/backup.h"
#include "version/manifest.h"

namespace strata::backup {

inline constexpr std::string_view kBackupPrefix = "backup-";
inline constexpr std::string_view kFilePrefix = "file-";
inline constexpr std::string_view kLogsPrefix = "logs-";
inline constexpr std::uint64_t kListBytesMax = 1ULL << 30;  // Of a backup or logs object.

// A file of a store, as a backup names it.
struct StoredFile {
  FileNumber number = 0;
  std::uint64_t size = 0;
  FileId id{};
  bool is_blob = false;
  std::uint32_t crc = 0;  // Of all of it.

  std::string FileName() const;    // In a store.
  std::string Key() const;         // The object's name up to the checksum, with the last '-'.
  std::string ObjectName() const;  // In a repository.
  Target::Content content() const { return {size, crc}; }
};

// One backup. The files' sizes and ids are those of the state's tables and blobs.
struct Manifest {
  std::uint64_t number = 0;
  std::string name;
  std::uint64_t time_us = 0;
  ManifestState state;  // No logs.
  std::map<FileNumber, std::uint32_t> checksums;

  SequenceNumber sequence() const { return state.last_sequence; }
  BackupInfo Describe() const;
  std::vector<StoredFile> Files() const;
};

// The files that `state` names; their checksums are 0.
std::vector<StoredFile> FilesOf(const ManifestState& state);

std::string BackupObjectName(std::uint64_t number);
std::optional<std::uint64_t> ParseBackupObjectName(std::string_view name);

std::string EncodeManifest(const Manifest& manifest);
// Errors: kCorruption; kUnsupported when a newer program wrote it.
Result<Manifest> DecodeManifest(std::string_view bytes);

// What stands in the name of a logs object.
struct LogsName {
  FileId store_id{};
  SequenceNumber first = 0;
  SequenceNumber last = 0;

  std::string ObjectName() const;
  static std::optional<LogsName> Parse(std::string_view name);
  bool operator==(const LogsName&) const = default;
};

struct LoggedRecord {
  SequenceNumber first = 0;
  std::string payload;
};

struct Logs {
  LogsName name;
  std::uint32_t tables = 0;  // ChecksumOfTables when they were taken.
  std::uint64_t time_us = 0;
  std::vector<LoggedRecord> records;
};
std::string EncodeLogs(const Logs& logs);
// As DecodeManifest; also kCorruption when the records have a hole.
Result<Logs> DecodeLogs(std::string_view bytes);

// How many entries a batch has. Errors: kCorruption.
Result<std::uint64_t> CountEntries(std::string_view payload);

// Of the named tables, their options, and which tables were emptied when: changes of these are in
// no log, so a log can only be put on top of a state with the same.
std::uint32_t ChecksumOfTables(const ManifestState& state);

std::string ToHex(std::string_view bytes);

}  // namespace strata::backup
