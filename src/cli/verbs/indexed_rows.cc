#include "cli/verbs/indexed_rows.h"

#include "base/result.h"
#include "strata/keys/indexed_table.h"

namespace strata::cli {

Status PutRow(DB& db, std::string_view table, std::string_view key, std::string_view value,
              const WriteOptions& options) {
  STRATA_TRY_ASSIGN(const bool declared, keys::IndexedTable::IsDeclared(db, table));
  if (declared) {
    STRATA_TRY_ASSIGN(const auto rows, keys::IndexedTable::Open(db, table));
    return rows->Put(key, value, options);
  }
  return db.Put(key, value, options);
}

Status DeleteRow(DB& db, std::string_view table, std::string_view key,
                 const WriteOptions& options) {
  STRATA_TRY_ASSIGN(const bool declared, keys::IndexedTable::IsDeclared(db, table));
  if (declared) {
    STRATA_TRY_ASSIGN(const auto rows, keys::IndexedTable::Open(db, table));
    return rows->Delete(key, options);
  }
  return db.Delete(key, options);
}

Status RequireNoIndexes(DB& db, std::string_view table) {
  STRATA_TRY_ASSIGN(const bool declared, keys::IndexedTable::IsDeclared(db, table));
  if (!declared) return {};
  return InvalidArgument("table " + std::string(table) +
                         " has indexes or checks: write it without conditions and transactions");
}

}  // namespace strata::cli
