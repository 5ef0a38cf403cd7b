// A batch of the engine's as a request.
//
// Thread safety: functions of their arguments.

#pragma once

#include "client/convert.h"
#include "client/table_names.h"
#include "strata/options.h"
#include "strata/write_batch.h"

namespace strata::client {

// But for its write id. Errors: kNotFound for a table; kUnsupported for conditions on what
// transactions have read, and options that a server can't honour.
Result<v1::WriteRequest> RequestOf(const WriteBatch& batch, const WriteOptions& options,
                                   TableNames& names);

}  // namespace strata::client
