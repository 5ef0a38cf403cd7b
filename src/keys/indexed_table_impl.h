// What stands behind keys::IndexedTable. indexed_table.cc writes and reads rows, index_builder.cc
// declares, fills and checks indexes.
//
// Thread safety: as IndexedTable. No call holds the mutex while it works on the store.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/mutex.h"
#include "keys/index_catalog.h"
#include "keys/index_rows.h"

namespace strata::keys {

// A row as it was read; nothing when it isn't there.
using Row = std::optional<Entry>;

class IndexedTableImpl final : public IndexedTable {
 public:
  IndexedTableImpl(DB& db, std::string name, TableRef table, TableRef catalog)
      : db_(db), name_(std::move(name)), table_(table), catalog_(catalog) {}

  Status Put(std::string_view key, std::string_view value, const WriteOptions& options) override {
    return Change(key, value, options);
  }
  Status Delete(std::string_view key, const WriteOptions& options) override {
    return Change(key, std::nullopt, options);
  }
  Status CreateIndex(const IndexDefinition& definition) override;
  Status DropIndex(std::string_view name) override;
  Result<std::vector<IndexInfo>> Indexes() override;
  Status RequireJson(bool required) override;
  Result<bool> RequiresJson() override;
  Result<std::vector<IndexedRow>> Lookup(std::string_view index, const Element& value,
                                         std::uint64_t limit) override;
  Result<std::vector<IndexedRow>> Range(std::string_view index, const IndexBounds& bounds) override;
  Result<std::vector<IndexFlaw>> Check(std::string_view index, std::size_t flaws_max) override;
  const IndexCounters& counters() const override { return counters_; }

  // Reads the declarations anew.
  Status Reload();

 private:
  using Known = std::shared_ptr<const Declarations>;

  Known Declared() const {
    MutexLock lock(mutex_);
    return declared_;
  }
  // The index, as it is declared now, and among what. Errors: kNotFound.
  Result<IndexInfo> FindIndex(std::string_view name, Known* declared);
  Result<IndexInfo> FindIndex(std::string_view name);

  // Puts (or deletes) a row, with its index rows, as one batch.
  Status Change(std::string_view key, std::optional<std::string_view> value,
                const WriteOptions& options);
  // One attempt. True: done. False: someone was faster, try again.
  Result<bool> TryChange(std::string_view key, std::optional<std::string_view> value,
                         const WriteOptions& options);
  // Adds what becomes of `index`'s rows when `before` becomes `after` to the batch, with the
  // conditions that keep a unique index unique.
  Status AddIndexChanges(const IndexInfo& index, std::string_view key, const Row& before,
                         std::optional<std::string_view> after, WriteBatch* batch);
  void RequireRow(std::string_view key, const Row& row, WriteBatch* batch) const;

  // Rows of one index, at one instant.
  Result<std::vector<IndexedRow>> ReadRows(const IndexInfo& index, ReadOptions bounds,
                                           std::uint64_t limit);

  // The steps of CreateIndex.
  Result<bool> Declare(const IndexDefinition& definition);
  Status Fill(const std::string& index);
  Status FillRow(const std::string& index, const std::string& key);
  Result<bool> TryFillRow(const std::string& index, const std::string& key);
  Status MarkReady(const std::string& index);

  // The halves of Check; both read at the same instant.
  Status FindMissing(const IndexInfo& index, const ReadOptions& rows_at,
                     const ReadOptions& index_at, std::size_t flaws_max,
                     std::vector<IndexFlaw>* flaws);
  Status FindDangling(const IndexInfo& index, const ReadOptions& rows_at,
                      const ReadOptions& index_at, std::size_t flaws_max,
                      std::vector<IndexFlaw>* flaws);

  DB& db_;
  const std::string name_;
  const TableRef table_;
  const TableRef catalog_;
  IndexCounters counters_;
  mutable Mutex mutex_;
  Known declared_ STRATA_GUARDED_BY(mutex_);
};

// How often a write is tried again because another was faster.
inline constexpr int kAttemptsMax = 1000;

}  // namespace strata::keys
