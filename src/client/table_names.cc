#include "client/table_names.h"

namespace strata::client {

Result<std::string> TableNames::NameOf(TableRef table) {
  if (table == kDefaultTable) return std::string();
  {
    const MutexLock lock(mutex_);
    const auto at = names_.find(table);
    if (at != names_.end()) return at->second;
  }
  STRATA_TRY_ASSIGN(const auto tables, List());
  for (const TableInfo& info : tables) {
    if (info.ref == table) return info.name;
  }
  return Error(ErrorCode::kNotFound,
               "the server has no table with id " + std::to_string(table.id) + " (any more)");
}

Result<TableRef> TableNames::Find(std::string_view name) {
  STRATA_TRY_ASSIGN(const auto tables, List());
  for (const TableInfo& info : tables) {
    if (info.name == name) return info.ref;
  }
  return Error(ErrorCode::kNotFound, "there is no table '" + std::string(name) + "'");
}

Result<std::vector<TableInfo>> TableNames::List() {
  auto tables = client_.ListTables();
  if (!tables) return tables;
  const MutexLock lock(mutex_);
  names_.clear();
  for (const TableInfo& info : *tables) names_[info.ref] = info.name;
  return tables;
}

void TableNames::Learn(TableRef table, std::string_view name) {
  const MutexLock lock(mutex_);
  names_[table] = name;
}

}  // namespace strata::client
