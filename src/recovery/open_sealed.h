// Which files of a store are sealed, and with which keys.
//
// Thread safety: any thread; the files are the store's.

#pragma once

#include <memory>

#include "base/result.h"
#include "keyring/keyring.h"
#include "seal/sealed_files.h"
#include "state/store_context.h"

namespace strata {

// By the names that a store's files have.
seal::FileRoles StoreFileRoles();

// The keyring that the options name, as it is now; null without one. Errors: as LoadKeyring.
Result<std::shared_ptr<const keyring::Keyring>> LoadStoreKeyring(const StoreContext& context);

}  // namespace strata
