// The files of a store's tables, and of its blobs: how they are made, opened and removed.
//
// Thread safety: any thread, once it is started.

#pragma once

#include <functional>
#include <memory>

#include "compaction/table_writer.h"
#include "state/store_context.h"
#include "state/tree.h"
#include "version/local_table_store.h"

namespace strata {

class TableFiles {
 public:
  explicit TableFiles(StoreContext& context);

  // REQUIRES: called once, when the store's directory is open. `new_number` never gives one twice.
  void Start(std::function<FileNumber()> new_number);

  // Where new tables go; it lives as long as this.
  TableStore& store() { return store_; }
  compaction::TableWriterOptions WriterOptionsFor(const Tree& tree, RunPosition position) const;

  // Errors: kCorruption when the file isn't the one that `meta` means.
  Result<std::shared_ptr<const Table>> Open(const TableMeta& meta) { return store_.Open(meta); }
  Result<std::shared_ptr<const Blob>> Open(const BlobMeta& meta) { return store_.Open(meta); }

  // Deletes a file of a table; what can't be deleted now is tried again at the next open.
  std::function<void()> RemovalOf(const Table& table) const {
    return store_.RemovalOf(IdentityOf(table.meta()));
  }
  std::function<void()> RemovalOf(const Blob& blob) const {
    return store_.RemovalOf(IdentityOf(blob.meta()));
  }
  // From this size on the values of a table live apart; 0: none do.
  std::uint64_t BlobThreshold(const Tree& tree) const;

 private:
  StoreContext& context_;
  LocalTableStore store_;
};

}  // namespace strata
