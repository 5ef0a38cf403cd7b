// The keys of sealed stores. Data keys seal files; a master key seals the data keys; key-encryption
// keys, which are kept elsewhere (key_sources.h), each seal the master key. So a data key is
// replaced without a word to whoever keeps the others, and a source added without touching a store.
//
// Who loses all sources of a keyring, or its file, has lost what was sealed with it: nothing else
// opens it.
// Thread safety: as a value.

#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/secret.h"
#include "io/environment.h"
#include "keyring/keyring_format.h"

namespace strata::keyring {

// The key that a source says.
using KeyReader = std::function<Result<crypto::Secret>(const std::string& source)>;

// "4f02c81d33aa0e57", as messages and commands have it.
std::string KeyIdText(KeyId id);

class Keyring {
 public:
  // With one source and one data key.
  static Keyring Create(const std::string& source, const crypto::Secret& key,
                        const Entropy& entropy, std::uint64_t now_us);

  // Errors: kCorruption; kInvalidArgument when no source gives a key that opens it, with what each
  // said.
  static Result<Keyring> Open(std::string_view bytes, const KeyReader& read);

  // As a file. REQUIRES: bits of `entropy` never come twice.
  std::string Encode(const Entropy& entropy) const;

  // --- keys ---
  KeyId active() const;
  // Null when there is no such key, or it is retired.
  const crypto::Secret* Find(KeyId id) const;
  // Oldest first. When a key was made says since when it is in use.
  const std::vector<DataKey>& keys() const { return image_.keys; }
  const std::vector<Slot>& slots() const { return image_.slots; }
  const KeyringId& id() const { return image_.id; }
  std::uint64_t generation() const { return image_.generation; }
  // All keys are in memory that isn't swapped.
  bool is_locked() const;

  // --- changes; each makes another generation, which counts once it is kept (keyring_file.h) ---

  // From now on `key` opens it, too. Errors: kInvalidArgument if a slot has that source or key.
  Status AddSource(const std::string& source, const crypto::Secret& key, const Entropy& entropy);
  // The key of `source` opens it no more. What it opened before stays known to whoever has it:
  // rotate, and seal anew. Errors: kInvalidArgument when there is none, or no other; those of
  // `read`, of which the keys of the other sources are asked.
  Status RemoveSource(const std::string& source, const KeyReader& read, const Entropy& entropy);
  // A new data key becomes the active one. Errors: kInvalidArgument when there are too many.
  Status Rotate(const Entropy& entropy, std::uint64_t now_us);
  // Forgets an old key. REQUIRES: nothing is sealed with it. Errors: kInvalidArgument when it is
  // active or unknown.
  Status Retire(KeyId id);

 private:
  Keyring() = default;
  Slot MakeSlot(const std::string& source, const crypto::Secret& key, const Entropy& entropy) const;
  std::uint64_t CheckOf(const crypto::Secret& key) const;
  Status OpenSlots(const KeyReader& read);
  Status OpenKeys();
  void AddKey(const Entropy& entropy, std::uint64_t now_us);

  KeyringImage image_;
  crypto::Secret master_;
  std::map<KeyId, crypto::Secret> secrets_;
};

}  // namespace strata::keyring
