// Decides, when a store is opened, whether its files are sealed.
//
//   keyring  SEAL   store    what comes of it
//   -------  -----  -------  ------------------------------------------------------------
//   none     none   any      in the clear
//   none     there  any      refused: it is sealed
//   given    none   new      sealed from its first file on
//   given    none   there    refused, unless it is to be sealed: then new files are
//   given    there  any      sealed, or on its way
//
// Thread safety: none; the store's lock is held, unless it is only read.

#pragma once

#include <memory>

#include "base/result.h"
#include "seal/sealed_files.h"

namespace strata::seal {

// What is to become of a store that is there.
enum class SealWish : std::uint8_t { kAsItIs, kSeal, kUnseal };

struct StoreAsFound {
  bool is_there = false;   // CURRENT is.
  bool read_only = false;  // Nothing is written; a wish is ignored.
  SealWish wish = SealWish::kAsItIs;
};

// The file system to use in the place of `below`, or null: that one. `options.keyring` may be null.
// Errors: kInvalidArgument as above, with what to do; those of SealedFiles::Load.
Result<std::unique_ptr<SealedFiles>> OpenSealed(FileSystem& below,
                                                const SealedFilesOptions& options,
                                                const StoreAsFound& found);

}  // namespace strata::seal
