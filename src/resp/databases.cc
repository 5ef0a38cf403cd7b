#include "resp/databases.h"

namespace strata::resp {

Databases::Databases(DB& db) : db_(db) {
  for (int i = 0; i < kDatabases; ++i) {
    const auto table = i == 0 ? Result<TableRef>(kDefaultTable) : db_.FindTable(NameOf(i));
    ids_[static_cast<std::size_t>(i)] = table ? table->id : kNone;
  }
}

std::string Databases::NameOf(int number) {
  return number == 0 ? std::string(kDefaultTableName) : "redis." + std::to_string(number);
}

std::optional<TableRef> Databases::Find(int number) const {
  const std::uint64_t id = ids_[static_cast<std::size_t>(number)].load();
  if (id == kNone) return std::nullopt;
  return TableRef{static_cast<std::uint32_t>(id)};
}

Result<TableRef> Databases::FindOrCreate(int number) {
  if (const auto found = Find(number)) return *found;
  STRATA_TRY_ASSIGN(const TableRef made, db_.CreateTable(NameOf(number), {}));
  ids_[static_cast<std::size_t>(number)] = made.id;
  return made;
}

Status Databases::Clear(int number) {
  return Find(number) ? db_.TruncateTable(NameOf(number)) : Status();
}

}  // namespace strata::resp
