// Where key-encryption keys are kept: outside of the keyring, and outside of the store.
//
//   file:/run/keys/strata     a file
//   env:STRATA_KEY            a variable of the environment
//   credential:strata-key     a credential that systemd passes (LoadCredential=)
//   command:vault kv get ...  what a command prints, as that of a KMS; it has ten seconds
//
// Each gives 32 random bytes as they are, or as 64 hexadecimal digits with or without a line's end.
// A password is none: nothing here makes guessing it slow.
// Thread safety: as what it is given.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "crypto/secret.h"
#include "io/file_system.h"
#include "keyring/keyring.h"

namespace strata::keyring {

struct KeySources {
  FileSystem* files = nullptr;  // Outlives whoever reads.
  std::function<std::optional<std::string>(const std::string&)> variable;
  std::function<Result<std::string>(const std::string&)> command;
};

// This process's variables and the machine's commands.
KeySources RealKeySources(FileSystem& files);

// It is one of the four above. Errors: kInvalidArgument that names them.
Status CheckSource(std::string_view source);

// Errors: kInvalidArgument when it isn't such a source or gives no key; those of the files and of
// the command. No message has bytes of a key.
Result<crypto::Secret> ReadKey(const KeySources& sources, const std::string& source);

inline KeyReader ReaderOf(KeySources sources) {
  return [sources = std::move(sources)](const std::string& source) {
    return ReadKey(sources, source);
  };
}

}  // namespace strata::keyring
