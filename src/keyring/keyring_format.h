// On-disk format of a keyring, version 1. keyring.h makes and opens it, keyring_file.h keeps it.
//
//   keyring := magic "STRATAk1" | version u32 | reserved u32 (zero) | generation u64
//            | keyring id (16 bytes) | salt (32 bytes)
//            | count varint | slot* | count varint | data key* | tag (16 bytes) | checksum u32
//   slot     := check u64 | source, varint length and bytes | salt (32 bytes)
//             | the master key, sealed (32 + 16 bytes)
//   data key := id u64 | state u8 | created u64 (microseconds) | the key, sealed (32 + 16 bytes;
//             zeros when it is retired)
//
//   A slot is for one key-encryption key, which isn't in the file: `source` says where it is from.
//   `check` tells whether a key is the slot's; it is HKDF(key, keyring id, "strata|check").
//   What seals what: AES-256-GCM; the nonce is domain u32 and number u64.
//     the master key   HKDF(key-encryption key, slot's salt, "strata|slot"); nonce (1, 0); covers
//                      the keyring id and the source
//     a data key       HKDF(master key, salt, "strata|keyring"); nonce (2, its place in the list);
//                      covers its id
//     tag              the same key; nonce (3, 0); of nothing, covers all that stands before it
//   Each keyring that is written has a new salt, so no nonce is ever used twice.
//   checksum: CRC-32C of all before it. It tells a worn disk from a hand that changed the file.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/aead.h"
#include "crypto/secret.h"

namespace strata::keyring {

inline constexpr std::string_view kKeyringMagic = "STRATAk1";
inline constexpr std::uint32_t kKeyringVersion = 1;
inline constexpr std::uint64_t kKeyringBytesMax = 1ULL << 20;
inline constexpr std::size_t kSlotsMax = 64;
inline constexpr std::size_t kDataKeysMax = 4096;

using SealedKey = std::array<char, crypto::kKeySize + crypto::kTagSize>;
using KeyringId = std::array<char, 16>;
using KeyId = std::uint64_t;

// Stored in files: never renumber.
enum class KeyState : std::uint8_t {
  kActive = 1,   // Seals what is written from now on. There is one.
  kOld = 2,      // Opens what it sealed.
  kRetired = 3,  // Gone: nothing was sealed with it any more.
};

struct Slot {
  std::uint64_t check = 0;
  std::string source;
  crypto::Salt salt{};
  SealedKey master{};

  bool operator==(const Slot&) const = default;
};

struct DataKey {
  KeyId id = 0;
  KeyState state = KeyState::kActive;
  std::uint64_t created_us = 0;
  SealedKey key{};

  bool operator==(const DataKey&) const = default;
};

struct KeyringImage {
  std::uint64_t generation = 0;  // Grows with every change.
  KeyringId id{};
  crypto::Salt salt{};
  std::vector<Slot> slots;
  std::vector<DataKey> keys;  // Oldest first.
  std::array<char, crypto::kTagSize> tag{};

  bool operator==(const KeyringImage&) const = default;
};

// All before the tag.
std::string EncodeCovered(const KeyringImage& image);
std::string EncodeKeyring(const KeyringImage& image);
// Errors: kCorruption; kUnsupported for a newer version.
Result<KeyringImage> DecodeKeyring(std::string_view bytes);

}  // namespace strata::keyring
