// On-disk format of the manifest and of CURRENT, version 1. EncodeX and DecodeX are inverse.
//
//   manifest   := start properties edit* [end]     records of a log (src/wal/log_format.h); start
//                                                  and end are the log's own
//   properties := field*                           fixed when the store is made
//   edit       := field*                           each repeated as often as needed
//   field      := tag varint | length varint | contents
//
//   The low bit of a tag says that the field is critical: a program that doesn't know it refuses
//   the manifest. An unknown field without that bit is skipped.
//
//   properties                                edit
//   tag  contents                             tag  contents
//   ---  ----------------------------------   ---  ---------------------------------------------
//     1  format version, varint                 1  table added
//     3  store id, 16 bytes                     3  table removed: number, varint
//     5  empty values delete: nothing           5  log sealed: number, length, varints
//     7  feature: its name                      7  oldest log that matters: number, varint
//                                               9  file numbers given out are below this, varint
//                                              11  last sequence given out, varint
//                                              12  log begun: number, wall clock in us, varints
//                                              13  blob added, or moved to another file
//                                              15  blob removed: id, varint
//                                              17  named table created (named_table.h)
//                                              19  named table dropped, with all its tables: id
//                                              21  ids of named tables given out are below this
//                                              23  a replicated table's tables are as of this
//                                                  entry: id, index, clock in us, varints
//                                              25  table truncated, named or the default one: id,
//                                                  the sequence up to which all is gone, varints
//
//   table added := number, level, run, size, all varints | file id, 16 bytes | footer checksum,
//                  u32 | smallest key, largest key, each a varint length and bytes | sequence min,
//                  sequence max, entries, deletes, raw bytes, write time min, write time max, all
//                  varints | field*
//
//   field of a table: tag 2, versions held for snapshots: as often as needed four varints, the
//   first and the last snapshot, entries, bytes; tag 3, the named table that it is part of, varint;
//   tag 4, entries that expire, the first and the last expiry, varints; tag 6, when the oldest of
//   its deletes was written, varint
//   field of a table: tag 1, blobs in use: as often as needed three varints, the blob's id, the
//   values in use and their bytes; which ones they are the table tells
//
//   blob added  := id, file number, size, varints | file id, 16 bytes | footer checksum, u32 |
//                  values, raw bytes, varints | field*
//
// The first edits of a manifest are a snapshot: tables added, and no more than 256 of them each.
//
// CURRENT is text: the manifest's name, how many of its bytes were on the disk when CURRENT was
// written (a shorter or torn manifest is damaged), and the CRC-32C of these two lines:
//
//   MANIFEST-000007
//   synced 1234
//   crc32c 1a2b3c4d

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/coding.h"
#include "base/result.h"
#include "version/version_edit.h"

namespace strata {

// Fixed when a store is made.
struct StoreProperties {
  std::uint32_t format_version = 1;
  FileId store_id{};
  bool empty_value_deletes = false;
  std::vector<std::string> features;  // A reader refuses those that it doesn't know, by name.

  bool operator==(const StoreProperties&) const = default;
};

inline constexpr std::uint32_t kStoreFormatVersion = 1;
inline constexpr std::size_t kSnapshotTablesMax = 256;  // In one edit.

// Decoders' errors: kCorruption, with the field and its offset; kUnsupported when a newer program
// wrote it. They never allocate more than a small multiple of the bytes given.

std::string EncodeEdit(const VersionEdit& edit);
Result<VersionEdit> DecodeEdit(std::string_view bytes);

std::string EncodeProperties(const StoreProperties& properties);
Result<StoreProperties> DecodeProperties(std::string_view bytes);

// What CURRENT says.
struct CurrentManifest {
  FileNumber number = 0;
  std::uint64_t synced_bytes = 0;

  bool operator==(const CurrentManifest&) const = default;
};
std::string EncodeCurrent(const CurrentManifest& current);
Result<CurrentManifest> DecodeCurrent(std::string_view text);

// An edit as text, one line a field: "add 000007.sst level 0 run 3, 4096 bytes, a@5 to k@9, ...".
std::string DescribeEdit(const VersionEdit& edit);

// The fields of a record, one after the other.
class FieldReader {
 public:
  struct Field {
    std::uint64_t tag;
    std::string_view contents;
    std::uint64_t offset;  // Of the tag.

    bool critical() const { return (tag & 1) != 0; }
  };

  explicit FieldReader(std::string_view bytes) : reader_(bytes) {}

  bool empty() const { return reader_.empty(); }
  // REQUIRES: !empty().
  Result<Field> Next();

 private:
  ByteReader reader_;
};

void AppendField(std::string* out, std::uint64_t tag, std::string_view contents);

// What a decoder says of a field whose tag it doesn't know: success when it may be skipped.
Status CheckUnknownField(const FieldReader::Field& field, std::string_view record);

}  // namespace strata
