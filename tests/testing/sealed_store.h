// Stores that are sealed, for tests: a keyring on the disk in memory that they are on.
//
// STRATA_TEST_SEALED=1 in the environment of a test program has TestStore and StoreWorld seal every
// store that isn't told otherwise: all that holds of stores holds of sealed ones.
// Thread safety: none.

#pragma once

#include <string>

#include "io/memory_file_system.h"
#include "strata/options.h"

namespace strata::testing {

inline const std::string kTestKeyring = "/keys/ring";
inline const std::string kTestKey = "/keys/key";  // What opens it.

// Puts both there, unless they are.
void PutKeyring(MemoryFileSystem& disk);
// Has the keyring's data key replaced by a new one.
void RotateKeyring(MemoryFileSystem& disk);

// For a store on `disk`, if the environment asks for it.
void SealIfAsked(MemoryFileSystem& disk, Options* options);

}  // namespace strata::testing
