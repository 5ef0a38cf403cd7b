// A store of a server, as a store of this process: what works on a DB works on it. What can't be
// done from afar is the error kUnsupported, which says what to do instead.
//
// A write of which nobody knows whether it was carried out (Outcome::kUnknown) is the error
// kUnavailable, and the message says so.
// Known limit: WriteOutcome::version is that of a later entry when the server has written several
// batches at once; GetEntry tells a key's own.
// Thread safety: that of DB.

#pragma once

#include <memory>

#include "strata/client.h"
#include "strata/db.h"

namespace strata::client {

// Asks each of the servers once whether it is there. Errors: those of Client::Connect;
// kUnavailable.
Result<std::unique_ptr<DB>> ConnectStore(const ClientOptions& options);

}  // namespace strata::client
