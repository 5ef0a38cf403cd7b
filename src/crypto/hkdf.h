// Keys from a key: HKDF with SHA-256 (RFC 5869). Whoever has one that was derived learns nothing of
// the others, nor of the one above.
//
// Thread safety: free functions, any thread.

#pragma once

#include <string_view>

#include "crypto/secret.h"

namespace strata::crypto {

// Writes `size` bytes. `salt` is random, `info` says what the key is for. REQUIRES: size <= 8160.
void HkdfSha256(std::string_view key, std::string_view salt, std::string_view info, char* out,
                std::size_t size);

inline Secret DeriveKey(const Secret& key, std::string_view salt, std::string_view info) {
  Secret derived;
  HkdfSha256(key.bytes(), salt, info, derived.data(), kKeySize);
  return derived;
}

}  // namespace strata::crypto
