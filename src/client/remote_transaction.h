// A transaction at a server, as one of this process.
//
// Thread safety: that of Transaction.

#pragma once

#include <memory>

#include "client/table_names.h"
#include "client/transaction.h"
#include "strata/transaction.h"

namespace strata::client {

// `names` is borrowed.
std::unique_ptr<Transaction> NewRemoteTransaction(std::unique_ptr<HeldTransaction> held,
                                                  TableNames& names);

}  // namespace strata::client
