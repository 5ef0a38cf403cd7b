#include "strata/keys/indexed_table.h"

#include "base/escape.h"
#include "base/result.h"
#include "keys/indexed_table_impl.h"
#include "keys/json_value.h"
#include "strata/keys/subspace.h"

namespace strata::keys {
namespace {

Result<TableRef> FindOrCreate(DB& db, std::string_view name) {
  auto found = db.FindTable(name);
  if (found.has_value() || found.error().code() != ErrorCode::kNotFound) return found;
  auto created = db.CreateTable(name, {});
  return created.has_value() ? created : db.FindTable(name);  // Another may have been faster.
}

}  // namespace

Result<std::unique_ptr<IndexedTable>> IndexedTable::Open(DB& db, std::string_view name) {
  STRATA_TRY_ASSIGN(const TableRef table, db.FindTable(name));
  STRATA_TRY_ASSIGN(const TableRef catalog, FindOrCreate(db, kCatalogName));
  auto opened = std::make_unique<IndexedTableImpl>(db, std::string(name), table, catalog);
  STRATA_TRY(opened->Reload());
  return std::unique_ptr<IndexedTable>(std::move(opened));
}

Result<bool> IndexedTable::IsDeclared(DB& db, std::string_view name) {
  const auto catalog = db.FindTable(kCatalogName);
  if (!catalog.has_value()) {
    if (catalog.error().code() == ErrorCode::kNotFound) return false;
    return catalog.error();
  }
  STRATA_TRY_ASSIGN(const Declarations declared, LoadDeclarations(db, *catalog, name));
  return declared.json || !declared.indexes.empty();
}

Status IndexedTableImpl::Reload() {
  for (int attempt = 0;; ++attempt) {
    auto loaded = LoadDeclarations(db_, catalog_, name_);
    if (loaded.has_value()) {
      MutexLock lock(mutex_);
      declared_ = std::make_shared<const Declarations>(*std::move(loaded));
      return {};
    }
    const bool dropped_meanwhile = loaded.error().code() == ErrorCode::kNotFound;
    if (!dropped_meanwhile || attempt == 3) return std::move(loaded).error();
  }
}

Status IndexedTableImpl::Change(std::string_view key, std::optional<std::string_view> value,
                                const WriteOptions& options) {
  if (options.ttl_us != 0) return InvalidArgument("a row of a table with indexes can't expire");
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    STRATA_TRY_ASSIGN(const bool done, TryChange(key, value, options));
    if (done) return {};
    counters_.retries.fetch_add(1, std::memory_order_relaxed);
  }
  return Error(ErrorCode::kBusy, "key " + EscapeShort(key) + ": others write it all the time");
}

Result<bool> IndexedTableImpl::TryChange(std::string_view key,
                                         std::optional<std::string_view> value,
                                         const WriteOptions& options) {
  const Known declared = Declared();
  if (value && declared->json) {
    if (Status checked = CheckJson(*value); !checked.has_value()) {
      return std::move(checked).error().WithContext("key " + EscapeShort(key));
    }
  }
  ReadOptions read;
  read.table = table_;
  STRATA_TRY_ASSIGN(const Row before, db_.GetEntry(key, read));
  WriteBatch batch;
  RequireDeclarations(&batch, catalog_, name_, *declared);
  RequireRow(key, before, &batch);
  for (const IndexInfo& index : declared->indexes) {
    STRATA_TRY(AddIndexChanges(index, key, before, value, &batch));
  }
  if (value) {
    batch.Put(key, *value, {.table = table_});
  } else {
    batch.Delete(key, {.table = table_});
  }
  const auto outcome = db_.WriteIf(batch, options);
  if (outcome.has_value() && outcome->written()) return true;
  // A table that isn't there any more is that of an index that was dropped.
  if (!outcome.has_value() && outcome.error().code() != ErrorCode::kNotFound)
    return outcome.error();
  if (!outcome.has_value() || outcome->failed->index == 0) {
    STRATA_TRY(Reload());
    if (!outcome.has_value() && Declared()->epoch == declared->epoch) return outcome.error();
  } else if (outcome->failed->index > 1) {
    return Error(ErrorCode::kConditionFailed,
                 "key " + EscapeShort(key) + ": a unique index has what it holds for key " +
                     EscapeShort(outcome->failed->current ? outcome->failed->current->value : ""));
  }
  return false;
}

void IndexedTableImpl::RequireRow(std::string_view key, const Row& row, WriteBatch* batch) const {
  if (row) {
    batch->RequireVersion(key, row->version, table_);
  } else {
    batch->RequireAbsent(key, table_);
  }
}

Status IndexedTableImpl::AddIndexChanges(const IndexInfo& index, std::string_view key,
                                         const Row& before, std::optional<std::string_view> after,
                                         WriteBatch* batch) {
  IndexRows old_rows;
  IndexRows new_rows;
  if (before) {
    STRATA_TRY_ASSIGN(old_rows, IndexRowsOf(index.definition, key, before->value));
  }
  if (after) {
    STRATA_TRY_ASSIGN(new_rows, IndexRowsOf(index.definition, key, *after));
  }
  for (const auto& [index_key, index_value] : old_rows) {
    if (new_rows.contains(index_key)) continue;
    batch->Delete(index_key, {.table = index.rows});
    counters_.rows_removed.fetch_add(1, std::memory_order_relaxed);
  }
  for (const auto& [index_key, index_value] : new_rows) {
    if (old_rows.contains(index_key)) continue;
    if (index.definition.unique) batch->RequireAbsent(index_key, index.rows);
    batch->Put(index_key, index_value, {.table = index.rows});
    counters_.rows_put.fetch_add(1, std::memory_order_relaxed);
  }
  return {};
}

// --- reading -------------------------------------------------------------------------------------

Result<IndexInfo> IndexedTableImpl::FindIndex(std::string_view name, Known* declared) {
  STRATA_TRY(Reload());
  *declared = Declared();
  if (const IndexInfo* const index = (*declared)->Find(name)) return *index;
  return Error(ErrorCode::kNotFound, "table " + name_ + " has no index " + EscapeShort(name));
}

Result<IndexInfo> IndexedTableImpl::FindIndex(std::string_view name) {
  Known ignored;
  return FindIndex(name, &ignored);
}

Result<std::vector<IndexedRow>> IndexedTableImpl::Lookup(std::string_view index,
                                                         const Element& value,
                                                         std::uint64_t limit) {
  STRATA_TRY_ASSIGN(const IndexInfo info, FindIndex(index));
  const Subspace rows({AsIndexed(info.definition, value)});
  ReadOptions bounds;
  bounds.lower = rows.prefix();
  bounds.upper = rows.Range().upper;
  return ReadRows(info, std::move(bounds), limit);
}

Result<std::vector<IndexedRow>> IndexedTableImpl::Range(std::string_view index,
                                                        const IndexBounds& bounds) {
  STRATA_TRY_ASSIGN(const IndexInfo info, FindIndex(index));
  ReadOptions options;
  if (bounds.from) options.lower = Pack({AsIndexed(info.definition, *bounds.from)});
  if (bounds.to) options.upper = Pack({AsIndexed(info.definition, *bounds.to)});
  return ReadRows(info, std::move(options), bounds.limit);
}

Result<std::vector<IndexedRow>> IndexedTableImpl::ReadRows(const IndexInfo& index,
                                                           ReadOptions bounds,
                                                           std::uint64_t limit) {
  if (!index.ready) {
    return Error(ErrorCode::kBusy, "index " + index.definition.name +
                                       " isn't filled; create it again if nobody is at it");
  }
  bounds.table = index.rows;
  bounds.snapshot = db_.GetSnapshot();
  ReadOptions at;
  at.table = table_;
  at.snapshot = bounds.snapshot;
  STRATA_TRY_ASSIGN(const auto cursor, db_.NewIterator(bounds));
  std::vector<IndexedRow> rows;
  STRATA_TRY(cursor->SeekToFirst());
  for (; cursor->Valid() && rows.size() < limit;) {
    IndexedRow row;
    STRATA_TRY_ASSIGN(row.key, RowKeyOf(index.definition, cursor->key(), cursor->value()));
    STRATA_TRY_ASSIGN(const bool found, db_.Get(row.key, &row.value, at));
    if (!found) {
      return Corruption("index " + index.definition.name + " leads to key " + EscapeShort(row.key) +
                        ", which isn't there: check the index");
    }
    rows.push_back(std::move(row));
    STRATA_TRY(cursor->Next());
  }
  return rows;
}

Result<std::vector<IndexInfo>> IndexedTableImpl::Indexes() {
  STRATA_TRY(Reload());
  return Declared()->indexes;
}

Result<bool> IndexedTableImpl::RequiresJson() {
  STRATA_TRY(Reload());
  return Declared()->json;
}

}  // namespace strata::keys
