// What a TableReader is made of; table_reader.cc answers reads from it, table_verify.cc checks it.
//
// Thread safety: immutable once it was loaded, which any number of threads may ask for.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "io/mutex.h"
#include "sst/block.h"
#include "sst/block_io.h"
#include "sst/table_format.h"
#include "sst/table_index.h"
#include "sst/table_iterator.h"
#include "sst/table_properties.h"
#include "sst/table_reader.h"

namespace strata::sst {

struct TableReader::Rep {
  // Reads index, properties and filter, once; after an error the next call tries again.
  Status Load();
  bool is_loaded() const { return loaded.load(std::memory_order_acquire); }

  // Used by Open and Load, in this order. Their errors don't name the file yet.
  Status ReadFooter();
  Status ReadIndex();
  Status ReadProperties();

  // Reads data block i from `from`. Errors name the file and the offset.
  Result<Block> LoadBlock(std::size_t i, const BlockSource& from) const;
  // The same, from the cache if it is there.
  Result<BlockPin> PinBlock(std::size_t i, const TableReadOptions& read,
                            const BlockSource& from) const;
  Result<std::optional<TableHit>> FindIn(const Block& block, std::size_t i, const LookupKey& target,
                                         std::string* value) const;
  // The same, but a miss isn't counted: another block may have the key.
  Result<std::optional<TableHit>> Search(const Block& block, std::size_t i, const LookupKey& target,
                                         std::string* value) const;
  // Of a key that the filter, if there is one, didn't deny.
  void CountMiss(const std::optional<TableHit>& hit) const;
  // As FindIn, with block i of a table that is mapped.
  Result<std::optional<TableHit>> FindInMapped(std::size_t i, const LookupKey& target,
                                               const TableReadOptions& read,
                                               std::string* value) const;
  // As Get, in a table with a learned index.
  Result<std::optional<TableHit>> FindNear(const LookupKey& target, const TableReadOptions& read,
                                           std::string* value) const;
  Result<std::string_view> FirstKeyOf(const Block& block, std::size_t i) const;
  Result<bool> EndsBefore(const Block& block, std::size_t i, std::string_view user_key) const;
  // A block that the index didn't name.
  Result<BlockPin> StepTo(std::size_t i, const TableReadOptions& read) const;
  bool MayContain(std::string_view user_key, const TableReadOptions& read) const;
  void Trace(const TableReadOptions& read, std::size_t i, std::string_view what) const;
  // Compares what VerifyAll counted, and looks for gaps between the blocks.
  Status CheckWhole(TableSummary counted, std::string largest) const;
  Error InFile(Error error) const;
  Error AtBlock(Error error, std::size_t i) const;
  // The listener is told; `error` names the file. The error is returned as it is.
  Error Told(Error error, std::size_t i) const;  // Of data block i.
  Error ToldOfAll(Error error) const;            // Of what every key needs.

  std::unique_ptr<RandomAccessFile> file;
  std::string name;
  TableReaderOptions options;
  BlockSource source;
  Footer footer;
  TableIndex index;
  // Mapped files only: blocks whose checksum was right once. Their bytes are looked at where they
  // are, so a read costs no copy, and a checksum each time would be most of its cost.
  std::unique_ptr<std::atomic<bool>[]> checked;
  TableProperties properties;
  TableSummary summary;
  StoredBlock filter;
  std::uint64_t cache_id = 0;
  std::atomic<bool> loaded = false;
  Mutex loading;
};

}  // namespace strata::sst
