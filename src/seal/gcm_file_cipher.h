// Seals the pieces of one file with its key.
//
//   piece := sealed bytes | tag (16 bytes) | number u64
//
// AES-256-GCM with the nonce (1, number); the tag covers  part u8 | offset u64 | what the format
// says. Invariant: the numbers of one file are 0, 1, 2, ...: whoever makes the file seals all its
// pieces, and a file that was left is never written to again, so no (key, nonce) comes twice,
// whatever place is written twice because there was no room the first time.
//
// Known limit: of a virtual machine that is copied while it runs, both copies go on counting from
// the same number. Thread safety: any number of threads.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "crypto/aead.h"
#include "crypto/secret.h"
#include "io/file_cipher.h"
#include "keyring/keyring_format.h"

namespace strata::seal {

// Tests keep a ledger: told of each nonce before it is used; `file` tells one file's key from all
// others.
using SealListener = std::function<void(const crypto::Salt& file, const crypto::Nonce& nonce)>;

class GcmFileCipher final : public FileCipher {
 public:
  enum class For : std::uint8_t { kReading, kWriting };

  GcmFileCipher(const crypto::Secret& file_key, const crypto::Salt& salt, keyring::KeyId key,
                For use, SealListener listener = {})
      : aead_(file_key.bytes()),
        salt_(salt),
        key_(key),
        use_(use),
        listener_(std::move(listener)) {}

  // REQUIRES: for writing.
  void Seal(const SealedPlace& place, std::string_view in, char* out) const override;
  Status Open(const SealedPlace& place, std::string_view sealed, char* out) const override;
  std::uint64_t key_id() const override { return key_; }
  const crypto::Aead& aead() const { return aead_; }

 private:
  const crypto::Aead aead_;
  const crypto::Salt salt_;
  const keyring::KeyId key_;
  const For use_;
  const SealListener listener_;
  mutable std::atomic<std::uint64_t> next_ = 0;
};

// Of a file that nothing can be read of: Open says why. Where a crash may have cut the file's
// beginning, its format decides whether anything is missing.
class NoCipher final : public FileCipher {
 public:
  explicit NoCipher(Error why) : why_(std::move(why)) {}

  void Seal(const SealedPlace& place, std::string_view in, char* out) const override;
  Status Open(const SealedPlace&, std::string_view, char*) const override { return why_; }
  std::uint64_t key_id() const override { return 0; }

 private:
  const Error why_;
};

}  // namespace strata::seal
