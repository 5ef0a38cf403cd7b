#include "keys/index_catalog.h"

#include "base/escape.h"
#include "base/result.h"
#include "strata/keys/subspace.h"

namespace strata::keys {
namespace {

std::string EpochKey(std::string_view table) {
  return Pack(TupleOf(table, 0));
}

Subspace IndexesOf(std::string_view table) {
  return Subspace(TupleOf(table, 1));
}

std::string JsonKey(std::string_view table) {
  return Pack(TupleOf(table, 2));
}

Element ElementOrNull(const std::optional<std::uint32_t>& number) {
  return number ? ElementOf(*number) : ElementOf(nullptr);
}

std::string Encode(const IndexInfo& index) {
  const IndexDefinition& definition = index.definition;
  return Pack(TupleOf(definition.unique, ElementOrNull(definition.tuple_element),
                      definition.json_path, index.ready, index.rows_name));
}

Result<IndexInfo> Decode(std::string_view name, std::string_view encoded) {
  const auto tuple = Unpack(encoded);
  if (tuple.has_value() && tuple->size() == 5) {
    const bool* const unique = std::get_if<bool>(&(*tuple)[0].value);
    const Integer* const element = std::get_if<Integer>(&(*tuple)[1].value);
    const Text* const path = std::get_if<Text>(&(*tuple)[2].value);
    const bool* const ready = std::get_if<bool>(&(*tuple)[3].value);
    const Text* const rows = std::get_if<Text>(&(*tuple)[4].value);
    if (unique != nullptr && path != nullptr && ready != nullptr && rows != nullptr) {
      IndexInfo index{.definition = {.name = std::string(name), .unique = *unique},
                      .ready = *ready,
                      .rows_name = rows->utf8,
                      .rows = {}};
      index.definition.json_path = path->utf8;
      if (element != nullptr) {
        index.definition.tuple_element =
            static_cast<std::uint32_t>(element->ToInt64().value_or(UINT32_MAX));
      }
      return index;
    }
  }
  return Corruption("the declaration of index " + EscapeShort(name) + " is damaged");
}

Status LoadIndexes(DB& db, std::string_view table, const ReadOptions& at, Declarations* out) {
  ReadOptions options = at;
  const Subspace indexes = IndexesOf(table);
  options.lower = indexes.Range().lower;
  options.upper = indexes.Range().upper;
  STRATA_TRY_ASSIGN(const auto cursor, db.NewIterator(options));
  STRATA_TRY(cursor->SeekToFirst());
  for (; cursor->Valid();) {
    STRATA_TRY_ASSIGN(const Tuple key, indexes.Unpack(cursor->key()));
    const Text* const name = key.size() == 1 ? std::get_if<Text>(&key[0].value) : nullptr;
    if (name == nullptr) return Corruption("the declarations of indexes are damaged");
    STRATA_TRY_ASSIGN(IndexInfo index, Decode(name->utf8, cursor->value()));
    STRATA_TRY_ASSIGN(index.rows, db.FindTable(index.rows_name));
    out->indexes.push_back(std::move(index));
    STRATA_TRY(cursor->Next());
  }
  return {};
}

}  // namespace

const IndexInfo* Declarations::Find(std::string_view name) const {
  for (const IndexInfo& index : indexes) {
    if (index.definition.name == name) return &index;
  }
  return nullptr;
}

std::string IndexTableName(std::string_view table, std::string_view index, std::uint64_t epoch) {
  return std::string(table) + ".index." + std::string(index) + "." + std::to_string(epoch);
}

Result<Declarations> LoadDeclarations(DB& db, TableRef catalog, std::string_view table) {
  Declarations declarations;
  ReadOptions at;
  at.table = catalog;
  at.snapshot = db.GetSnapshot();
  STRATA_TRY_ASSIGN(const auto epoch, db.GetEntry(EpochKey(table), at));
  if (epoch) {
    const auto number = Unpack(epoch->value);
    const Integer* const count = number.has_value() && number->size() == 1
                                     ? std::get_if<Integer>(&(*number)[0].value)
                                     : nullptr;
    if (count == nullptr) return Corruption("the epoch of the declared indexes is damaged");
    declarations.epoch = static_cast<std::uint64_t>(count->ToInt64().value_or(0));
    declarations.epoch_version = epoch->version;
  }
  std::string ignored;
  STRATA_TRY_ASSIGN(declarations.json, db.Get(JsonKey(table), &ignored, at));
  STRATA_TRY(LoadIndexes(db, table, at, &declarations));
  return declarations;
}

void RequireDeclarations(WriteBatch* batch, TableRef catalog, std::string_view table,
                         const Declarations& declarations) {
  if (declarations.epoch_version == 0) {
    batch->RequireAbsent(EpochKey(table), catalog);
  } else {
    batch->RequireVersion(EpochKey(table), declarations.epoch_version, catalog);
  }
}

CatalogChange::CatalogChange(DB& db, TableRef catalog, std::string_view table,
                             const Declarations& now)
    : db_(db), catalog_(catalog), table_(table) {
  RequireDeclarations(&batch_, catalog, table, now);
  batch_.Put(EpochKey(table), Pack(TupleOf(now.epoch + 1)), {.table = catalog});
}

void CatalogChange::PutIndex(const IndexInfo& index) {
  batch_.Put(IndexesOf(table_).Pack(TupleOf(index.definition.name)), Encode(index),
             {.table = catalog_});
}

void CatalogChange::DropIndex(std::string_view name) {
  batch_.Delete(IndexesOf(table_).Pack(TupleOf(name)), {.table = catalog_});
}

void CatalogChange::SetJson(bool required) {
  if (required) {
    batch_.Put(JsonKey(table_), Pack({}), {.table = catalog_});
  } else {
    batch_.Delete(JsonKey(table_), {.table = catalog_});
  }
}

Result<bool> CatalogChange::Commit() {
  WriteOptions durable;
  durable.sync = true;
  STRATA_TRY_ASSIGN(const WriteOutcome outcome, db_.WriteIf(batch_, durable));
  return outcome.written();
}

}  // namespace strata::keys
