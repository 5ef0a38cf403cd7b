// Writes one sorted table. See sst/table_format.h for the bytes and sst/table_reader.h for the way
// back.
//
// Thread safety: none. One thread owns a builder.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/file_system.h"
#include "iter/internal_key.h"
#include "sst/blob_uses.h"
#include "sst/table_format.h"
#include "strata/options.h"

namespace strata::sst {

struct TableOptions {
  std::uint32_t block_bytes = 4096;
  int restart_interval = 16;
  int filter_bits_per_key = 10;
  Compression compression = Compression::kNone;
  int zstd_level = 1;
  bool hash_index = false;
  bool learned_index = false;  // Where it fits.
  // The named table that this is part of, for who finds the file and no manifest; 0: none.
  std::uint32_t named_table = 0;
};

// What a finished table holds: goes into the version's TableMeta and the properties block.
struct TableSummary {
  std::uint64_t size_bytes = 0;
  std::uint32_t footer_checksum = 0;
  std::string smallest;  // Internal keys.
  std::string largest;
  SequenceNumber sequence_min = 0;
  SequenceNumber sequence_max = 0;
  std::uint64_t entries = 0;
  std::uint64_t deletes = 0;
  std::uint64_t raw_bytes = 0;  // User keys and values as they were added.
  std::uint64_t data_blocks = 0;
  std::uint64_t data_bytes = 0;  // What the data blocks take in the file.
  std::vector<BlobUse> blobs;    // Of which the table uses values; ids ascend.

  // Takes an entry into account. REQUIRES: keys come in order; `largest` is the caller's to set.
  void Count(std::string_view key, std::string_view value);

  bool operator==(const TableSummary&) const = default;
};

class TableBuilder {
 public:
  // `file` must be empty and outlive the builder; the caller syncs and closes it after Finish.
  TableBuilder(const TableOptions& options, WritableFile& file, const FileId& file_id);
  ~TableBuilder();
  TableBuilder(const TableBuilder&) = delete;
  TableBuilder& operator=(const TableBuilder&) = delete;

  // Errors: kCorruption when `key` isn't a well-formed internal key that sorts after all before it
  // (a damaged input may not become a sound-looking table); kInvalidArgument when the entry is too
  // large for a block. After any error the table can't be finished.
  Status Add(std::string_view key, std::string_view value);

  // Writes what is left, the index and the footer. REQUIRES: at least one Add; called once.
  Result<TableSummary> Finish();

  std::uint64_t entries() const;
  // Bytes written so far and the block being filled: when to cut a table.
  std::uint64_t size_estimate() const;

 private:
  struct Rep;
  std::unique_ptr<Rep> rep_;
};

}  // namespace strata::sst
