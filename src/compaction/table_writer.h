// Turns a sorted stream into table files: the common end of a flush and a compaction.
//
// Each table is written, synced, optionally read back and checked, and opened; the caller syncs the
// directory (one sync for all) before an edit may name them.
// Thread safety: one thread a writer; the store's functions are called on it.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "base/result.h"
#include "sst/table_builder.h"
#include "version/table_store.h"

namespace strata::compaction {

class ValueSeparator;

struct TableWriterOptions {
  sst::TableOptions table;
  RunPosition position;
  std::uint64_t table_bytes_max = 64ULL << 20;
  bool verify = true;  // Read each table back before it may be used.
  // When the oldest and the newest entry were written by users; a flush passes the memtable's.
  std::uint64_t write_time_min_us = 0;
  std::uint64_t write_time_max_us = 0;
  std::uint64_t blob_threshold = 0;  // As in SeparatorOptions, which these become.
  std::uint64_t blob_file_bytes = 64ULL << 20;
  std::set<BlobId> rewrite_blobs;
  std::shared_ptr<const Version> version;
  std::uint32_t named_table = 0;      // What the tables are part of.
  std::uint64_t delete_since_us = 0;  // When the oldest entry that is a delete was written.
};

class TableWriter {
 public:
  // `store` must outlive it.
  TableWriter(TableStore& store, const TableWriterOptions& options);
  ~TableWriter();

  // Adds an entry. A table is cut only between two user keys, so all versions of one are in one.
  // After an error only Abandon may be called. REQUIRES: keys come in order.
  Status Add(std::string_view key, std::string_view value);

  // The entry added last is there for the snapshots in `range` only.
  void MarkHeld(const SnapshotRange& range, std::uint64_t bytes);

  // Finishes the last table. None at all when nothing was added. Called once. Each table's file
  // goes with the last that has the table, until Table::MarkNamed: what fails on the way to an
  // edit, or is given up, leaves nothing behind.
  Result<std::vector<std::shared_ptr<const Table>>> Finish();

  // Removes the files: the job failed or was stopped. As the destructor, but now.
  void Abandon();

  std::uint64_t bytes_written() const { return bytes_written_; }
  // The blob files that were written beside the tables. REQUIRES: Finish succeeded.
  std::vector<std::shared_ptr<const Blob>> TakeBlobs();
  std::uint64_t blob_bytes_written() const;

 private:
  Status OpenTable();
  Status FinishTable();
  Status CutTable();
  static Status Verify(const Table& table);

  TableStore& store_;
  const TableWriterOptions options_;
  struct Open;
  std::unique_ptr<Open> open_;
  std::vector<std::shared_ptr<const Table>> done_;
  std::optional<FileIdentity> unfinished_;  // The file being written, or what is left of it.
  std::uint64_t bytes_written_ = 0;
  const std::unique_ptr<ValueSeparator> values_;
};

}  // namespace strata::compaction
