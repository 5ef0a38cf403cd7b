// What is declared for a table, as it is kept in the store: in the table kCatalogName, under
//
//   (table, 0)          -> a number that every change raises: the epoch
//   (table, 1, name)    -> (unique, tuple element or null, JSON path, ready, rows)    an index;
//                          `rows`: the name of the table that its rows are in
//   (table, 2)          -> ()                                      values must be JSON
//
// Who writes rows requires the epoch to be the one that he knows, so nobody misses a new index.
// Thread safety: free functions, as DB.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "strata/keys/indexed_table.h"

namespace strata::keys {

inline constexpr std::string_view kCatalogName = "strata.indexes";

struct Declarations {
  std::uint64_t epoch = 0;
  std::uint64_t epoch_version = 0;  // 0: nothing was ever declared.
  bool json = false;
  std::vector<IndexInfo> indexes;

  const IndexInfo* Find(std::string_view name) const;
};

// A table for the rows of an index that is declared in `epoch`: never the name of an older one.
std::string IndexTableName(std::string_view table, std::string_view index, std::uint64_t epoch);

// Errors: kCorruption; kNotFound when an index's table isn't there: it was dropped just now.
Result<Declarations> LoadDeclarations(DB& db, TableRef catalog, std::string_view table);

// Makes the batch fail unless the declarations are still those.
void RequireDeclarations(WriteBatch* batch, TableRef catalog, std::string_view table,
                         const Declarations& declarations);

// A change of the declarations: fill `batch` with it, then Commit.
class CatalogChange {
 public:
  CatalogChange(DB& db, TableRef catalog, std::string_view table, const Declarations& now);

  void PutIndex(const IndexInfo& index);
  void DropIndex(std::string_view name);
  void SetJson(bool required);
  // False when the declarations had changed: load them and decide anew.
  Result<bool> Commit();

 private:
  DB& db_;
  const TableRef catalog_;
  const std::string table_;
  WriteBatch batch_;
};

}  // namespace strata::keys
