// Entries that expire: a fixed64 stands before their value, the wall clock in microseconds from
// which on nobody sees them. An expired entry hides older ones of its key as a delete does.
//
// Thread safety: pure functions.

#pragma once

#include <cstdint>
#include <string_view>

#include "base/coding.h"
#include "iter/internal_key.h"

namespace strata {

inline constexpr std::size_t kExpirySize = sizeof(std::uint64_t);

inline bool IsExpiring(EntryKind kind) {
  return kind == EntryKind::kExpiringValue || kind == EntryKind::kExpiringBlobPointer;
}

// When an entry expires, of its kind and what is stored as its value; 0: never. What is too short
// to be an expiry counts as expired: nothing can be read from it.
inline std::uint64_t ExpiryOf(EntryKind kind, std::string_view stored) {
  if (!IsExpiring(kind)) return 0;
  return stored.size() < kExpirySize ? 1 : DecodeFixed<std::uint64_t>(stored.data());
}

inline bool IsExpired(EntryKind kind, std::string_view stored, std::uint64_t now_us) {
  const std::uint64_t expiry = ExpiryOf(kind, stored);
  return expiry != 0 && expiry <= now_us;
}

// The value as the user gave it; of an entry that has expired, anything.
inline std::string_view WithoutExpiry(EntryKind kind, std::string_view stored) {
  if (!IsExpiring(kind)) return stored;
  return stored.size() < kExpirySize ? std::string_view() : stored.substr(kExpirySize);
}

}  // namespace strata
