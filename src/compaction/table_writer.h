// Turns a sorted stream into table files: the common end of a flush and a compaction.
//
// Each table is written, synced, optionally read back and checked, and opened; the caller syncs the
// directory (one sync for all) before an edit may name them.
// Thread safety: none.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "io/environment.h"
#include "sst/table_builder.h"
#include "version/version.h"

namespace strata::compaction {

struct TableWriterOptions {
  sst::TableOptions table;
  RunPosition position;
  std::uint64_t table_bytes_max = 64ULL << 20;
  bool verify = true;
  // Of what is written; a flush passes the memtable's.
  std::uint64_t write_time_min_us = 0;
  std::uint64_t write_time_max_us = 0;
};

// Where tables go and how they are numbered and opened.
struct TableStore {
  FileSystem* files = nullptr;
  std::string directory;
  std::function<FileNumber()> new_number;
  std::function<FileId()> new_file_id;
  std::function<Result<std::shared_ptr<const Table>>(const TableMeta&)> open;
};

class TableWriter {
 public:
  TableWriter(const TableStore& store, const TableWriterOptions& options);
  ~TableWriter();

  // REQUIRES: keys come in order. A table is cut only between two user keys.
  Status Add(std::string_view key, std::string_view value);

  // Finishes the last table. None at all when nothing was added.
  Result<std::vector<std::shared_ptr<const Table>>> Finish();

  // Removes what was written: the job failed or was stopped.
  void Abandon();

  std::uint64_t bytes_written() const { return bytes_written_; }

 private:
  Status CutTable();

  const TableStore& store_;
  const TableWriterOptions options_;
  struct Open;
  std::unique_ptr<Open> open_;
  std::vector<std::shared_ptr<const Table>> done_;
  std::uint64_t bytes_written_ = 0;
};

}  // namespace strata::compaction
