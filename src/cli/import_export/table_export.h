// Writes what a cursor passes into one sorted table, in the format of the store itself.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "cli/session.h"

namespace strata::cli {

// `path` appears whole or not at all. Returns the number of entries.
// Errors: kInvalidArgument: no entry at all, or `path` is "-"; kIo.
Result<std::uint64_t> ExportTable(Session& session, const std::string& path, Iterator& cursor);

}  // namespace strata::cli
