// On-disk format of a blob file, version 1. BlobWriter writes it, BlobReader reads it.
//
//   file    := record* index footer
//   record  := contents | compression u8 | flags u8 | checksum u32      one value
//   index   := a record whose contents are  bitmap | offsets
//   bitmap  := which ordinals of the blob this file holds (base/bitmap.h)
//   offsets := where each record begins, in the order of ordinals, and where the last one ends;
//              integers of as many bytes as the footer says
//
//   A record is made as a table's block is: its checksum is the CRC-32C of  contents | compression
//   | flags | file_id | offset, its compression 0 none, 1 snappy, 2 lz4, 3 zstd, and flags bit 0
//   means sealed: the contents are as io/file_cipher.h makes them, 24 bytes longer, and the tag
//   covers compression and flags. In a sealed file all records are, and a seal of 24 bytes stands
//   before the footer, as in a table. The value of ordinal o is the record number Rank(o).
//
//   footer (fixed 96 bytes; the last bytes of the file)
//   offset  size  field
//   ------  ----  ------------------------------------------------------------
//        0    16  file_id            random, also in every record's checksum
//       16     8  blob id            stays when values are copied to another file
//       24    16  index handle       offset u64, size u64 (contents without trailer)
//       40     8  raw bytes          of all values, uncompressed
//       48     4  values             records in this file
//       52     4  offset width       bytes of each number in `offsets`, 1 to 8
//       56     8  reserved           zero
//       64     4  format version     1
//       68     4  feature flags      a reader refuses unknown bits by name
//       72     8  file size          whole file, footer included
//       80     4  checksum           CRC-32C of bytes 0 to 79
//       84     4  reserved           zero
//       88     8  magic              "STRATAb1"

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/file_cipher.h"
#include "io/file_system.h"
#include "iter/blob_pointer.h"
#include "sst/block_contents.h"
#include "sst/table_format.h"

namespace strata::blob {

using sst::FileId;

inline constexpr std::size_t kTrailerSize = sst::kTrailerSize;
inline constexpr std::size_t kFooterSize = 96;
inline constexpr std::size_t kFooterChecked = 80;
inline constexpr std::uint32_t kFormatVersion = 1;
inline constexpr std::string_view kBlobMagic = "STRATAb1";

// Larger values aren't compressed, so that no record makes a reader allocate more than this and
// what the file holds.
inline constexpr std::uint64_t kCompressedValueMax = 64ULL << 20;
// The index of the largest blob that can be, and slack.
inline constexpr std::uint64_t kIndexSizeMax = kBlobValuesMax * 9 + 64;

struct Footer {
  FileId file_id{};
  BlobId blob = 0;
  sst::BlockHandle index;
  std::uint64_t raw_bytes = 0;
  std::uint32_t values = 0;
  std::uint32_t offset_width = 0;
  std::uint32_t features = 0;
  std::uint64_t file_size = 0;
  std::uint32_t checksum = 0;  // EncodeFooter ignores it and computes its own.
};

std::string EncodeFooter(const Footer& footer);

// `bytes` are the last kFooterSize bytes of a file of `file_size`. The index handle of the result
// lies inside the file. Errors: kCorruption; kUnsupported for what a newer program wrote.
Result<Footer> DecodeFooter(std::string_view bytes, std::uint64_t file_size);

// A record's contents as they are in the file.
struct StoredValue {
  std::string_view contents;
  std::uint8_t compression = 0;
  std::uint8_t flags = 0;
};
inline constexpr std::uint8_t kFlagSealed = 1;

// Seals what a record at `offset` is to hold; `sealed` has its contents from then on.
StoredValue SealValue(const StoredValue& value, const FileCipher& cipher, std::uint64_t offset,
                      std::string* sealed);

// The six bytes after `value` at `offset` of the file `file_id`.
std::string MakeTrailer(const StoredValue& value, const FileId& file_id, std::uint64_t offset);

// Where a record is from. Without a cipher the file is in the clear.
struct RecordPlace {
  const FileId& file_id;
  std::uint64_t offset = 0;
  const FileCipher* cipher = nullptr;
};

// Takes `record`, contents and trailer, apart, and opens it if it is sealed: into `*opened`, where
// it may lie already. Errors: kCorruption; kUnsupported when it is sealed and its file isn't.
Result<StoredValue> OpenRecord(std::string_view record, const RecordPlace& place,
                               std::string* opened);

// The value of `length` bytes that `record` holds. `record` may lie in `*value`. Errors:
// kCorruption; kUnsupported.
Status OpenValue(std::string_view record, const RecordPlace& place, std::uint64_t length,
                 std::string* value);

// The length of the value that was stored. Errors: kCorruption when it can't be.
Result<std::uint64_t> RawSizeOf(const StoredValue& value);

}  // namespace strata::blob
