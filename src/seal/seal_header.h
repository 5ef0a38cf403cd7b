// What a sealed file begins with, version 1; the formats of files don't see it, their offset 0 is
// after it. gcm_file_cipher.h has the pieces that follow, sealed_files.h writes and reads both.
//
//   offset  size  field
//   ------  ----  ------------------------------------------------------------
//        0     8  magic            "STRATAx1"
//        8     4  version          1
//       12     4  kind             1 log, 2 table, 3 manifest, 4 CURRENT, 5 blob, 6 SEAL
//       16     8  number           of the file; of the manifest, in CURRENT; 0 in SEAL
//       24     8  data key         its id
//       32    16  store            drawn when the store was sealed
//       48    32  salt             drawn for this file
//       80     8  manifest         its number when this file was made, and
//       88     8  manifest length  how much of it was on the disk; zeros before there was one
//       96    16  tag              AES-256-GCM of nothing, nonce (0, 0), covers bytes 0 to 95
//      112     4  checksum         CRC-32C of bytes 0 to 111
//      116    12  reserved         zero
//
//   The file's key is HKDF(data key, salt, "strata|file" | kind | number | store), integers as they
//   stand above. So a file is of this store, of this kind and number, or it doesn't open.

#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/aead.h"
#include "crypto/secret.h"
#include "keyring/keyring_format.h"

namespace strata::seal {

inline constexpr std::size_t kHeaderSize = 128;
inline constexpr std::size_t kHeaderCovered = 96;
inline constexpr std::string_view kHeaderMagic = "STRATAx1";
inline constexpr std::uint32_t kHeaderVersion = 1;

// Stored in files: never renumber.
enum class SealedKind : std::uint32_t {
  kLog = 1,
  kTable = 2,
  kManifest = 3,
  kCurrent = 4,
  kBlob = 5,
  kSeal = 6,
};

using StoreId = std::array<char, 16>;

// How far a store had come: which manifest was its, and how much of that was on the disk.
struct ManifestMark {
  std::uint64_t number = 0;
  std::uint64_t length = 0;

  auto operator<=>(const ManifestMark&) const = default;
};

struct SealHeader {
  SealedKind kind = SealedKind::kTable;
  std::uint64_t number = 0;
  keyring::KeyId key = 0;
  StoreId store{};
  crypto::Salt salt{};
  ManifestMark manifest;

  bool operator==(const SealHeader&) const = default;
};

// The key of the file that begins with this header.
crypto::Secret FileKey(const crypto::Secret& data_key, const SealHeader& header);

// `cipher` has the file's key.
std::string EncodeHeader(const SealHeader& header, const crypto::Aead& cipher);

// True when `bytes` begin as a sealed file does.
inline bool LooksSealed(std::string_view bytes) {
  return bytes.substr(0, kHeaderMagic.size()) == kHeaderMagic;
}

// What stands in a header; whether it is genuine says IsGenuine. Errors: kCorruption; kUnsupported
// for a newer version.
Result<SealHeader> DecodeHeader(std::string_view bytes);
bool IsGenuine(std::string_view bytes, const crypto::Aead& cipher);

}  // namespace strata::seal
