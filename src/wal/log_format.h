// On-disk format of a write-ahead log file, version 1. The manifest (src/version/manifest.h) is
// kept in the same format.
//
//   log    := record* tail         tail := nothing | zeros (preallocated space) | a torn record
//   record := header payload
//
//   offset  size  field
//   ------  ----  --------------------------------------------------------------------------
//        0     4  checksum     CRC-32C of bytes 6 to 39 and the payload
//        4     2  header_check the low half of the CRC-32C of bytes 6 to 39
//        6     1  type         1 batch, 2 end (clean close), 3 edit (manifest), 4 start
//        7     1  flags        bit 0: sealed (see below); others 0
//        8     4  length       payload bytes
//       12     4  previous     checksum of the record before (0 for the first): finds holes
//       16     8  log_id       random number of this log, not 0: bytes of another log are no record
//       24     8  sequence     of the payload's first entry; 0 where there are none
//       32     8  synced       bytes of this file known to be on the disk when this was written
//       40     n  payload
//
//   start payload := magic "STRATLOG" | version u32 | count varint | count feature names, each
//                    with its length before it: what a reader must know to read this log
//
// A sealed payload is as io/file_cipher.h makes it, 24 bytes longer; its tag covers bytes 6 to 39
// of the header, and the checksum what is stored. In a sealed log every record is.
//
// Every log starts with a start record; an end record, which has no payload, says that it was
// closed cleanly. The header has a check of its own so that a damaged length is never followed.
//
// The reader's rule for a record that doesn't check: if any later record of this log says (in
// `synced`) that the damaged place had reached the disk, or the manifest holds the log's sealed
// length, it is corruption; otherwise it is a torn tail that was never acknowledged, and the end.
//
// Known limit: damage in the last synced record of a log that was never closed has no witness, and
// looks like a torn tail.
//
// Example: log 0x1122334455667788 begins (LogFormat's golden test pins these bytes)
//
//   3d 6a 72 b9  17 5d  04  00  0d 00 00 00  00 00 00 00   start, 13 bytes, no record before
//   88 77 66 55 44 33 22 11  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00
//   53 54 52 41 54 4c 4f 47  01 00 00 00  00               "STRATLOG", version 1, no features

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/coding.h"
#include "base/crc32c.h"

namespace strata::wal {

// Stored in files: never renumber.
enum class RecordType : std::uint8_t { kBatch = 1, kEnd = 2, kEdit = 3, kStart = 4 };

inline constexpr std::size_t kHeaderSize = 40;
inline constexpr std::size_t kHeaderCheckOffset = 4;
inline constexpr std::size_t kTypeOffset = 6;  // From here on the checks cover everything.
inline constexpr std::size_t kFlagsOffset = 7;
inline constexpr std::size_t kLengthOffset = 8;
inline constexpr std::size_t kPreviousOffset = 12;
inline constexpr std::size_t kLogIdOffset = 16;
inline constexpr std::size_t kSequenceOffset = 24;
inline constexpr std::size_t kSyncedOffset = 32;
inline constexpr std::uint64_t kPayloadSizeMax = std::uint64_t{1} << 30;
inline constexpr std::uint8_t kFlagSealed = 1;

inline constexpr std::string_view kMagic = "STRATLOG";
inline constexpr std::uint32_t kVersion = 1;

static_assert(kPayloadSizeMax <= 0xffff'ffff, "length is a u32");

// The fields of a header but for its two checks.
struct Header {
  RecordType type;
  std::uint8_t flags = 0;
  std::uint32_t length = 0;
  std::uint32_t previous = 0;
  std::uint64_t log_id = 0;
  std::uint64_t sequence = 0;
  std::uint64_t synced = 0;
};

// What the checks and, of a sealed record, the tag cover. REQUIRES: `record` has its header.
inline std::string_view CoveredHeader(std::string_view record) {
  return record.substr(kTypeOffset, kHeaderSize - kTypeOffset);
}

// A header as it was read, with the sums that go on over the payload.
struct ParsedHeader {
  Header header;
  std::uint32_t checksum;    // As stored.
  std::uint32_t header_crc;  // Of the header: the payload's bytes continue it.
};

// Writes a header but for its two checks, and returns the CRC-32C of what it wrote.
inline std::uint32_t EncodeHeader(const Header& header, char* out) {
  EncodeFixed(out + kTypeOffset, static_cast<std::uint8_t>(header.type));
  EncodeFixed(out + kFlagsOffset, header.flags);
  EncodeFixed(out + kLengthOffset, header.length);
  EncodeFixed(out + kPreviousOffset, header.previous);
  EncodeFixed(out + kLogIdOffset, header.log_id);
  EncodeFixed(out + kSequenceOffset, header.sequence);
  EncodeFixed(out + kSyncedOffset, header.synced);
  return Crc32c({out + kTypeOffset, kHeaderSize - kTypeOffset});
}

// Takes the header at the front of `bytes` apart; nothing when it is cut short or its own check
// doesn't hold. The payload isn't looked at, and `length` not compared with anything.
inline std::optional<ParsedHeader> ParseHeader(std::string_view bytes) {
  if (bytes.size() < kHeaderSize) return std::nullopt;
  const char* in = bytes.data();
  const std::uint32_t crc = Crc32c(bytes.substr(kTypeOffset, kHeaderSize - kTypeOffset));
  const auto header_check = DecodeFixed<std::uint16_t>(in + kHeaderCheckOffset);
  if (header_check != static_cast<std::uint16_t>(crc)) return std::nullopt;
  return ParsedHeader{.header = {.type = static_cast<RecordType>(in[kTypeOffset]),
                                 .flags = DecodeFixed<std::uint8_t>(in + kFlagsOffset),
                                 .length = DecodeFixed<std::uint32_t>(in + kLengthOffset),
                                 .previous = DecodeFixed<std::uint32_t>(in + kPreviousOffset),
                                 .log_id = DecodeFixed<std::uint64_t>(in + kLogIdOffset),
                                 .sequence = DecodeFixed<std::uint64_t>(in + kSequenceOffset),
                                 .synced = DecodeFixed<std::uint64_t>(in + kSyncedOffset)},
                      .checksum = DecodeFixed<std::uint32_t>(in),
                      .header_crc = crc};
}

}  // namespace strata::wal
