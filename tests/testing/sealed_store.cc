#include "testing/sealed_store.h"

#include <cstdlib>

#include "base/check.h"
#include "keyring/key_sources.h"
#include "keyring/keyring_file.h"

namespace strata::testing {
namespace {

const std::string kSource = "file:" + kTestKey;

void Must(const Status& status) {
  STRATA_CHECK(status.has_value());
}

}  // namespace

void PutKeyring(MemoryFileSystem& disk) {
  if (disk.Contents(kTestKeyring)) return;
  const std::string key(crypto::kKeySize, 'k');
  disk.SetContents(kTestKey, key);
  const Entropy entropy = SeededEntropy(77);
  const auto made = keyring::Keyring::Create(kSource, crypto::Secret(key), entropy, 1);
  disk.SetContents(kTestKeyring, made.Encode(entropy));
}

void RotateKeyring(MemoryFileSystem& disk) {
  static const Entropy entropy = SeededEntropy(78);
  const auto read = keyring::ReaderOf(keyring::RealKeySources(disk));
  Must(keyring::ChangeKeyring(disk, kTestKeyring, read, entropy,
                              [](keyring::Keyring& ring) { return ring.Rotate(entropy, 2); }));
}

void SealIfAsked(MemoryFileSystem& disk, Options* options) {
  static const bool asked = std::getenv("STRATA_TEST_SEALED") != nullptr;
  if (!asked || !options->keyring.empty()) return;
  PutKeyring(disk);
  options->keyring = kTestKeyring;
}

}  // namespace strata::testing
