// Declaring, filling, dropping and checking indexes.
//
// From its declaration on, every writer keeps an index; only then are the rows filled in that were
// there before, one by one, each under the condition that it is still as it was read. So rows
// written meanwhile are right whoever is first.

#include "base/escape.h"
#include "base/result.h"
#include "keys/indexed_table_impl.h"

namespace strata::keys {

Status IndexedTableImpl::CreateIndex(const IndexDefinition& definition) {
  STRATA_TRY(CheckTableName(definition.name));
  if (definition.tuple_element.has_value() != definition.json_path.empty()) {
    return InvalidArgument("an index is of a tuple's element or of a JSON path, one of them");
  }
  for (const TableInfo& table : db_.ListTables()) {
    if (table.ref == table_ && table.options.ttl_us != 0) {
      return InvalidArgument("table " + name_ + " has rows that expire, and can't have an index");
    }
  }
  while (true) {
    STRATA_TRY_ASSIGN(const bool declared, Declare(definition));
    if (declared) break;
  }
  Status filled = Fill(definition.name);
  if (!filled.has_value()) {
    if (filled.error().code() == ErrorCode::kConditionFailed) {
      STRATA_TRY(DropIndex(definition.name));
    }
    return std::move(filled).error().WithContext("filling index " + definition.name);
  }
  return MarkReady(definition.name);
}

// False: another change of the declarations was faster.
Result<bool> IndexedTableImpl::Declare(const IndexDefinition& definition) {
  STRATA_TRY(Reload());
  const Known declared = Declared();
  if (const IndexInfo* const existing = declared->Find(definition.name)) {
    if (!existing->ready && existing->definition == definition) return true;  // Go on with it.
    return InvalidArgument("table " + name_ + " has an index " + definition.name + " already");
  }
  IndexInfo index{.definition = definition, .ready = false, .rows_name = {}, .rows = {}};
  index.rows_name = IndexTableName(name_, definition.name, declared->epoch + 1);
  CatalogChange change(db_, catalog_, name_, *declared);
  if (const auto taken = db_.FindTable(index.rows_name); taken.has_value()) {
    // Someone stopped between the table and its declaration: take the next epoch's name.
    STRATA_TRY(change.Commit());
    return false;
  }
  STRATA_TRY_ASSIGN(index.rows, db_.CreateTable(index.rows_name, {}));
  change.PutIndex(index);
  STRATA_TRY_ASSIGN(const bool done, change.Commit());
  STRATA_TRY(Reload());
  return done;
}

Status IndexedTableImpl::Fill(const std::string& index) {
  ReadOptions options;
  options.table = table_;
  options.fill_cache = false;
  STRATA_TRY_ASSIGN(const auto cursor, db_.NewIterator(options));
  STRATA_TRY(cursor->SeekToFirst());
  for (; cursor->Valid();) {
    STRATA_TRY(FillRow(index, std::string(cursor->key())));
    STRATA_TRY(cursor->Next());
  }
  return {};
}

Status IndexedTableImpl::FillRow(const std::string& index, const std::string& key) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    STRATA_TRY_ASSIGN(const bool done, TryFillRow(index, key));
    if (done) return {};
    STRATA_TRY(Reload());
  }
  return Error(ErrorCode::kBusy, "key " + EscapeShort(key) + ": others write it all the time");
}

Result<bool> IndexedTableImpl::TryFillRow(const std::string& index, const std::string& key) {
  const Known declared = Declared();
  const IndexInfo* const info = declared->Find(index);
  if (info == nullptr) return Error(ErrorCode::kAborted, "the index was dropped");
  ReadOptions read;
  read.table = table_;
  STRATA_TRY_ASSIGN(const Row row, db_.GetEntry(key, read));
  if (!row) return true;
  STRATA_TRY_ASSIGN(const IndexRows rows, IndexRowsOf(info->definition, key, row->value));
  WriteBatch batch;
  RequireDeclarations(&batch, catalog_, name_, *declared);
  RequireRow(key, row, &batch);
  read.table = info->rows;
  for (const auto& [index_key, index_value] : rows) {
    std::string there;
    STRATA_TRY_ASSIGN(const bool found, db_.Get(index_key, &there, read));
    if (found && there == index_value) continue;  // A writer put it there since the declaration.
    if (found) {
      return Error(ErrorCode::kConditionFailed,
                   "keys " + EscapeShort(there) + " and " + EscapeShort(key) + " hold the same");
    }
    batch.RequireAbsent(index_key, info->rows);
    batch.Put(index_key, index_value, {.table = info->rows});
    counters_.rows_put.fetch_add(1, std::memory_order_relaxed);
  }
  if (batch.count() == 0) return true;
  WriteOptions later;  // MarkReady syncs the log, and this with it.
  later.sync = false;
  STRATA_TRY_ASSIGN(const WriteOutcome outcome, db_.WriteIf(batch, later));
  return outcome.written();
}

Status IndexedTableImpl::MarkReady(const std::string& index) {
  while (true) {
    Known declared;
    STRATA_TRY_ASSIGN(IndexInfo info, FindIndex(index, &declared));
    info.ready = true;
    CatalogChange change(db_, catalog_, name_, *declared);
    change.PutIndex(info);
    STRATA_TRY_ASSIGN(const bool done, change.Commit());
    STRATA_TRY(Reload());
    if (done) return {};
  }
}

Status IndexedTableImpl::DropIndex(std::string_view name) {
  while (true) {
    Known declared;
    STRATA_TRY_ASSIGN(const IndexInfo info, FindIndex(name, &declared));
    CatalogChange change(db_, catalog_, name_, *declared);
    change.DropIndex(name);
    STRATA_TRY_ASSIGN(const bool done, change.Commit());
    if (!done) continue;
    STRATA_TRY(Reload());
    return db_.DropTable(info.rows_name);
  }
}

Status IndexedTableImpl::RequireJson(bool required) {
  while (true) {
    STRATA_TRY(Reload());
    CatalogChange change(db_, catalog_, name_, *Declared());
    change.SetJson(required);
    STRATA_TRY_ASSIGN(const bool done, change.Commit());
    if (done) return Reload();
  }
}

// --- checking ------------------------------------------------------------------------------------

Result<std::vector<IndexFlaw>> IndexedTableImpl::Check(std::string_view index,
                                                       std::size_t flaws_max) {
  STRATA_TRY_ASSIGN(const IndexInfo info, FindIndex(index));
  ReadOptions rows_at;
  rows_at.snapshot = db_.GetSnapshot();
  rows_at.fill_cache = false;
  ReadOptions index_at = rows_at;
  rows_at.table = table_;
  index_at.table = info.rows;
  std::vector<IndexFlaw> flaws;
  STRATA_TRY(FindMissing(info, rows_at, index_at, flaws_max, &flaws));
  STRATA_TRY(FindDangling(info, rows_at, index_at, flaws_max, &flaws));
  return flaws;
}

Status IndexedTableImpl::FindMissing(const IndexInfo& index, const ReadOptions& rows_at,
                                     const ReadOptions& index_at, std::size_t flaws_max,
                                     std::vector<IndexFlaw>* flaws) {
  STRATA_TRY_ASSIGN(const auto cursor, db_.NewIterator(rows_at));
  STRATA_TRY(cursor->SeekToFirst());
  for (; cursor->Valid() && flaws->size() < flaws_max;) {
    const std::string key(cursor->key());
    STRATA_TRY_ASSIGN(const IndexRows rows, IndexRowsOf(index.definition, key, cursor->value()));
    for (const auto& [index_key, index_value] : rows) {
      std::string there;
      STRATA_TRY_ASSIGN(const bool found, db_.Get(index_key, &there, index_at));
      if (!found || there != index_value) {
        flaws->push_back({IndexFlaw::Kind::kMissing, index_key, key});
      }
    }
    STRATA_TRY(cursor->Next());
  }
  return {};
}

Status IndexedTableImpl::FindDangling(const IndexInfo& index, const ReadOptions& rows_at,
                                      const ReadOptions& index_at, std::size_t flaws_max,
                                      std::vector<IndexFlaw>* flaws) {
  STRATA_TRY_ASSIGN(const auto cursor, db_.NewIterator(index_at));
  STRATA_TRY(cursor->SeekToFirst());
  for (; cursor->Valid() && flaws->size() < flaws_max;) {
    const std::string index_key(cursor->key());
    STRATA_TRY_ASSIGN(const std::string key,
                      RowKeyOf(index.definition, index_key, cursor->value()));
    std::string value;
    STRATA_TRY_ASSIGN(const bool found, db_.Get(key, &value, rows_at));
    IndexRows rows;
    if (found) {
      STRATA_TRY_ASSIGN(rows, IndexRowsOf(index.definition, key, value));
    }
    if (!rows.contains(index_key)) {
      flaws->push_back({IndexFlaw::Kind::kDangling, index_key, key});
    }
    STRATA_TRY(cursor->Next());
  }
  return {};
}

}  // namespace strata::keys
