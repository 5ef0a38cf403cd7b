// Authenticated encryption: AES-256-GCM (NIST SP 800-38D), by OpenSSL. What was sealed can be
// opened only with the key, the nonce and the covered bytes that it was sealed with, and only if no
// bit of it has changed.
//
// A nonce must never be used twice with one key: the two texts could be read, and tags be forged.
// Who calls Seal() sees to it; gcm_file_cipher.h counts.
// Known limit: the expanded key is in memory of OpenSSL's, which isn't locked.
// Thread safety: any number of threads; a context that has the key is kept for each.

#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "io/mutex.h"

struct evp_cipher_ctx_st;  // OpenSSL's EVP_CIPHER_CTX.

namespace strata::crypto {

inline constexpr std::size_t kTagSize = 16;
// 96 bits: a domain, and a number in it.
struct Nonce {
  std::uint32_t domain = 0;
  std::uint64_t number = 0;

  bool operator==(const Nonce&) const = default;
};

class Aead {
 public:
  // REQUIRES: 32 bytes. The key isn't looked at later.
  explicit Aead(std::string_view key);
  ~Aead();
  Aead(const Aead&) = delete;
  Aead& operator=(const Aead&) = delete;

  using Covered = std::initializer_list<std::string_view>;

  // Writes in.size() bytes and a tag to `out`, which may be in.data().
  void Seal(const Nonce& nonce, Covered covered, std::string_view in, char* out) const;

  // Writes sealed.size() - kTagSize bytes to `out`, which may be sealed.data(). False, with zeros
  // in `out`, when it isn't what was sealed. REQUIRES: sealed.size() >= kTagSize.
  [[nodiscard]] bool Open(const Nonce& nonce, Covered covered, std::string_view sealed,
                          char* out) const;

 private:
  using Context = evp_cipher_ctx_st;
  // Contexts that nobody uses now: making one expands the key, which costs as much as 2 KiB.
  struct Pool {
    Context* original = nullptr;
    std::vector<Context*> idle;
  };
  Context* Take(Pool& pool) const STRATA_EXCLUDES(mutex_);
  void GiveBack(Pool& pool, Context* context) const STRATA_EXCLUDES(mutex_);

  mutable Mutex mutex_;
  mutable Pool sealing_;
  mutable Pool opening_;
};

}  // namespace strata::crypto
