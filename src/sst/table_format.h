// On-disk format of a sorted table, version 1. TableBuilder writes it, TableReader reads it.
//
//   table   := block* footer         every block is  contents | trailer
//   trailer := compression u8 | flags u8 | checksum u32     (6 bytes)
//   blocks, without gaps: data blocks, [filter block], index block, properties block
//
//   A block's checksum is the CRC-32C of  contents | compression | flags | file_id (16 bytes) |
//   offset (u64): a block that was copied from another file or another place doesn't check.
//   compression: 0 none, 1 snappy, 2 lz4, 3 zstd.
//   flags bit 0: sealed: the contents are as io/file_cipher.h makes them, 24 bytes longer; the tag
//   covers compression and flags. In a sealed file all blocks are, and then
//
//   table   := block* seal footer
//   seal    := nothing, sealed (24 bytes); its tag covers the footer
//
//   data and index blocks: see sst/block.h. An index entry's key is at or after every key of its
//   data block and before every key of the next; its value is  offset varint | size varint.
//   With the feature "learned index", the index block is that of sst/learned_index.h.
//   properties block: (name | value)*, both with a varint length before them, names ascending;
//   numbers are decimal text. A reader ignores names that it doesn't know.
//
//   footer (fixed 96 bytes; the last bytes of the file)
//   offset  size  field
//   ------  ----  ------------------------------------------------------------
//        0    16  file_id            random, also in every block's checksum
//       16    16  index handle       offset u64, size u64 (contents without trailer)
//       32    16  filter handle      zeros when there is none
//       48    16  properties handle
//       64     4  format version     1
//       68     4  feature flags      a reader refuses unknown bits by name
//       72     8  file size          whole file, footer included
//       80     4  checksum           CRC-32C of bytes 0 to 79
//       84     4  reserved           zero
//       88     8  magic              "STRATAs1"

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/file_cipher.h"
#include "io/file_system.h"

namespace strata::sst {

using FileId = std::array<char, 16>;

inline constexpr std::size_t kTrailerSize = 6;
inline constexpr std::size_t kFooterSize = 96;
inline constexpr std::size_t kFooterChecked = 80;  // Bytes under the footer's checksum.
inline constexpr std::uint32_t kFormatVersion = 1;
inline constexpr std::string_view kTableMagic = "STRATAs1";
static_assert(kFooterSize == sizeof(FileId) + std::size_t{3} * 16 + 4 + 4 + 8 + 4 + 4 + 8);
static_assert(kFooterChecked == kFooterSize - 4 - 4 - 8);

// What a block may hold: the largest value, its key, and slack. Decoders allocate no more for one.
inline constexpr std::uint64_t kBlockContentsSizeMax = (256ULL << 20) + (1ULL << 20);
static_assert(kBlockContentsSizeMax < (1ULL << 31), "offsets inside a block are u32");

// Feature flags of the footer. All have their names from the start, so that a reader that lacks one
// can say what it lacks.
inline constexpr std::uint32_t kFeatureCompression = 1U << 0;
inline constexpr std::uint32_t kFeatureHashIndex = 1U << 1;
inline constexpr std::uint32_t kFeatureSealed = 1U << 2;
inline constexpr std::uint32_t kFeatureLearnedIndex = 1U << 3;
inline constexpr std::uint32_t kFeatureBlobPointers = 1U << 4;

constexpr std::uint32_t FeaturesSupported() {
  std::uint32_t features = 0;
  features |= kFeatureCompression;
  features |= kFeatureHashIndex;
  features |= kFeatureSealed;
  features |= kFeatureLearnedIndex;
  features |= kFeatureBlobPointers;
  return features;
}

// What stands between the last block and the footer.
constexpr std::size_t SealSizeOf(std::uint32_t features) {
  return (features & kFeatureSealed) != 0 ? FileCipher::kOverhead : 0;
}

// "compressed blocks, feature bit 9": the bits of `features` for people.
std::string FeatureNames(std::uint32_t features);

// Where a block's contents are; its trailer follows them.
struct BlockHandle {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;

  bool operator==(const BlockHandle&) const = default;
  bool IsNone() const { return offset == 0 && size == 0; }
};

// The end of the block and its trailer. REQUIRES: the handle was checked.
inline std::uint64_t EndOf(const BlockHandle& handle) {
  return handle.offset + handle.size + kTrailerSize;
}

// True iff the block and its trailer lie before `limit`, whatever numbers the handle holds.
inline bool LiesBefore(const BlockHandle& handle, std::uint64_t limit) {
  return limit >= kTrailerSize && handle.offset <= limit - kTrailerSize &&
         handle.size <= limit - kTrailerSize - handle.offset;
}

struct BlockTrailer {
  std::uint8_t compression = 0;
  std::uint8_t flags = 0;
  std::uint32_t checksum = 0;
};

// The checksum of a block at `offset` of the file `file_id`. `covered` is its contents as stored
// and the trailer's first two bytes.
std::uint32_t BlockChecksum(std::string_view covered, const FileId& file_id, std::uint64_t offset);

struct Footer {
  FileId file_id{};
  BlockHandle index;
  BlockHandle filter;
  BlockHandle properties;
  std::uint32_t features = 0;
  std::uint64_t file_size = 0;
  std::uint32_t checksum = 0;  // EncodeFooter ignores it and computes its own.
};

std::string EncodeFooter(const Footer& footer);

// `bytes` are the last kFooterSize bytes of a file of `file_size`. Every handle of the result lies
// inside the file. Errors: kCorruption; kUnsupported for a version or feature of a newer program.
Result<Footer> DecodeFooter(std::string_view bytes, std::uint64_t file_size);

// The seal of `footer`, encoded, which begins at `offset` of its file; and whether `file` has it
// before its footer: one that has no cipher must have none. Errors: kCorruption; kUnsupported for a
// sealed file that is read as if it weren't.
std::string SealFooter(const FileCipher& cipher, std::string_view footer, std::uint64_t offset);
Status CheckFooterSeal(const RandomAccessFile& file, std::string_view footer,
                       std::uint32_t features);

}  // namespace strata::sst
