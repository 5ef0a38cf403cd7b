// Watches a table through broken connections and servers that begin anew: each change once, in
// order.
//
// Thread safety: as strata/client.h says.

#pragma once

#include <memory>

#include "client/core.h"

namespace strata::client {

Result<std::unique_ptr<ClientWatch>> NewWatch(const std::shared_ptr<Core>& core,
                                              const ClientWatchOptions& options,
                                              Client::Then<WatchNews> tell);

}  // namespace strata::client
