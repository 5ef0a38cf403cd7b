// Keeps a keyring in a file. After a crash at any point the file is as it was or as it is to be,
// and the generation before it is beside it (FILE.old): a worn disk that damages the newest one
// takes no key with it that isn't a moment old.
//
// Thread safety: none. Two processes that change one keyring at the same time: one is refused.

#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "io/environment.h"
#include "io/file_system.h"
#include "keyring/keyring.h"

namespace strata::keyring {

struct LoadedKeyring {
  Keyring keyring;
  bool is_older = false;  // FILE is missing or damaged; this is FILE.old.
};

// Errors: kNotFound, kCorruption and kInvalidArgument as Keyring::Open, those of the files.
Result<LoadedKeyring> LoadKeyring(FileSystem& files, const std::string& path,
                                  const KeyReader& read);

// Makes a file of a new keyring. Errors: kInvalidArgument if it, or FILE.old, is there.
Status CreateKeyring(FileSystem& files, const std::string& path, const Keyring& keyring,
                     const Entropy& entropy);

// Loads it, lets `change` change it, and keeps what came of it, durably. Errors: kBusy when another
// process changes it; those of `change`, and nothing was changed then.
Status ChangeKeyring(FileSystem& files, const std::string& path, const KeyReader& read,
                     const Entropy& entropy, const std::function<Status(Keyring&)>& change);

}  // namespace strata::keyring
