// A key of 256 bits, in memory that isn't swapped or dumped and is wiped when it goes.
//
// Thread safety: as memory.

#pragma once

#include <array>
#include <cstring>
#include <string_view>

#include "base/check.h"
#include "io/environment.h"
#include "io/locked_memory.h"

namespace strata::crypto {

inline constexpr std::size_t kKeySize = 32;

class Secret {
 public:
  Secret() : memory_(kKeySize) {}
  explicit Secret(std::string_view key) : Secret() {
    STRATA_CHECK(key.size() == kKeySize);
    std::memcpy(memory_.data(), key.data(), kKeySize);
  }

  // Of random bits that nobody can foresee: those of the kernel, except in tests.
  static Secret Random(const Entropy& entropy) {
    Secret secret;
    for (std::size_t i = 0; i < kKeySize; i += sizeof(std::uint64_t)) {
      const std::uint64_t bits = entropy();
      std::memcpy(secret.data() + i, &bits, sizeof(bits));
    }
    return secret;
  }

  char* data() { return memory_.data(); }
  std::string_view bytes() const { return {memory_.data(), kKeySize}; }
  bool is_locked() const { return memory_.is_locked(); }

 private:
  LockedMemory memory_;
};

// 32 random bytes that need not be secret: they make a derived key one of its own.
using Salt = std::array<char, 32>;
inline Salt NewSalt(const Entropy& entropy) {
  Salt salt;
  for (std::size_t i = 0; i < salt.size(); i += sizeof(std::uint64_t)) {
    const std::uint64_t bits = entropy();
    std::memcpy(salt.data() + i, &bits, sizeof(bits));
  }
  return salt;
}
inline std::string_view AsBytes(const Salt& salt) {
  return {salt.data(), salt.size()};
}

}  // namespace strata::crypto
