// Writes one row: through its table's indexes and checks, if it has any.
//
// Thread safety: as DB.

#pragma once

#include <string_view>

#include "strata/db.h"

namespace strata::cli {

// `table` is the name of options.table. Errors: as DB::Put and keys::IndexedTable::Put.
Status PutRow(DB& db, std::string_view table, std::string_view key, std::string_view value,
              const WriteOptions& options);
Status DeleteRow(DB& db, std::string_view table, std::string_view key, const WriteOptions& options);

// For writes that go past a table's indexes. Errors: kInvalidArgument when it has any.
Status RequireNoIndexes(DB& db, std::string_view table);

}  // namespace strata::cli
