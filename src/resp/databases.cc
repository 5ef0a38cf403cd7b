#include "resp/databases.h"

#include "strata/iterator.h"
#include "strata/write_batch.h"

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

// A named table is dropped, whatever is in it. The default one can't be: its keys are deleted.
Status Databases::Clear(int number) {
  constexpr std::size_t kKeysAtOnce = 10'000;
  if (!Find(number)) return {};
  if (number != 0) {
    ids_[static_cast<std::size_t>(number)] = kNone;
    return db_.DropTable(NameOf(number));
  }
  STRATA_TRY_ASSIGN(const auto keys, db_.NewIterator({}));
  STRATA_TRY(keys->SeekToFirst());
  WriteBatch batch;
  while (keys->Valid()) {
    batch.Delete(keys->key());
    STRATA_TRY(keys->Next());
    if (batch.count() < kKeysAtOnce && keys->Valid()) continue;
    STRATA_TRY(db_.Write(batch));
    batch.Clear();
  }
  return {};
}

}  // namespace strata::resp
