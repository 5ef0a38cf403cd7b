// The key that the engine sorts by: the user's key, then eight bytes that say when and what.
//
//   internal key := user_key  tag        tag := fixed64( sequence << 8 | kind )
//
// Order: user keys ascending as bytes; for one user key the newest (largest sequence) first. So a
// seek to (key, sequence s) lands on the newest entry that a reader at s may see.
// Example: "k" written at sequence 3 as a value is 6b 01 03 00 00 00 00 00 00.

#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/coding.h"

namespace strata {

// Counts entries ever written to a store, from 1. 56 bits.
using SequenceNumber = std::uint64_t;
inline constexpr SequenceNumber kSequenceMax = (std::uint64_t{1} << 56) - 1;

// Stored in files: never renumber. Expiring kinds carry a fixed64 expiry before the value.
enum class EntryKind : std::uint8_t {
  kDelete = 0,
  kValue = 1,
  kBlobPointer = 2,          // The value lives in a blob file; see blob_pointer.h.
  kExpiringValue = 3,        // The value has a time at which it expires; see expiry.h.
  kExpiringBlobPointer = 4,  // Reserved.
};
inline constexpr EntryKind kEntryKindLast = EntryKind::kExpiringBlobPointer;

// True for the kinds that this program reads and writes; the others are reserved or unknown.
inline bool IsKnownEntryKind(EntryKind kind) {
  return kind <= EntryKind::kValue || kind == EntryKind::kExpiringValue;
}
// "entry kind 3 (expiring value)".
std::string EntryKindName(EntryKind kind);

// Sorts before every other kind at the same sequence: use it in seek targets.
inline constexpr auto kEntryKindForSeek = static_cast<EntryKind>(0xff);

inline constexpr std::size_t kTagSize = 8;
inline constexpr std::size_t kUserKeySizeMax = 65'536;
inline constexpr std::size_t kInternalKeySizeMax = kUserKeySizeMax + kTagSize;

inline std::uint64_t PackTag(SequenceNumber sequence, EntryKind kind) {
  STRATA_DCHECK(sequence <= kSequenceMax);
  return sequence << 8 | static_cast<std::uint64_t>(kind);
}

inline void AppendInternalKey(std::string* out, std::string_view user_key, SequenceNumber sequence,
                              EntryKind kind) {
  out->append(user_key);
  AppendFixed64(out, PackTag(sequence, kind));
}

inline std::string MakeInternalKey(std::string_view user_key, SequenceNumber sequence,
                                   EntryKind kind) {
  std::string key;
  key.reserve(user_key.size() + kTagSize);
  AppendInternalKey(&key, user_key, sequence, kind);
  return key;
}

// The parts of a well-formed internal key. REQUIRES for all: key.size() >= kTagSize.
inline std::string_view UserKeyOf(std::string_view key) {
  STRATA_DCHECK(key.size() >= kTagSize);
  return key.substr(0, key.size() - kTagSize);
}
inline std::uint64_t TagOf(std::string_view key) {
  STRATA_DCHECK(key.size() >= kTagSize);
  return DecodeFixed<std::uint64_t>(key.data() + key.size() - kTagSize);
}
inline SequenceNumber SequenceOf(std::string_view key) {
  return TagOf(key) >> 8;
}
inline EntryKind KindOf(std::string_view key) {
  return static_cast<EntryKind>(TagOf(key) & 0xff);
}

// True iff `key`, read from a file, can be taken apart and its kind is known.
inline bool IsWellFormedInternalKey(std::string_view key) {
  return key.size() >= kTagSize && key.size() <= kInternalKeySizeMax &&
         KindOf(key) <= kEntryKindLast;
}

// Negative, zero or positive, as (key_a, tag_a) sorts before, with or after (key_b, tag_b).
inline int CompareKeyAndTag(std::string_view key_a, std::uint64_t tag_a, std::string_view key_b,
                            std::uint64_t tag_b) {
  if (const int order = key_a.compare(key_b); order != 0) return order;
  return tag_a == tag_b ? 0 : (tag_a > tag_b ? -1 : 1);
}

// The same order over internal keys.
inline int CompareInternalKeys(std::string_view a, std::string_view b) {
  return CompareKeyAndTag(UserKeyOf(a), TagOf(a), UserKeyOf(b), TagOf(b));
}

// The first eight bytes of a key as a number (shorter keys padded with zeros). A smaller number is
// a smaller key; equal numbers say nothing. Most comparisons end here, in a register.
inline std::uint64_t KeyPrefix(std::string_view user_key) {
  std::uint64_t prefix = 0;
  if (user_key.size() >= sizeof(prefix)) {
    std::memcpy(&prefix, user_key.data(), sizeof(prefix));
  } else if (!user_key.empty()) {
    std::memcpy(&prefix, user_key.data(), user_key.size());
  }
  return __builtin_bswap64(prefix);
}

}  // namespace strata
