// How large values get past the log and the memtables: they are written to blob files, and pointers
// are left in their place. A flush makes blobs of the files; recovery follows the pointers of a
// log.
//
// Thread safety: as DirectValues: the commit queue's front writes.

#pragma once

#include <cstdint>
#include <string>

#include "state/store_context.h"
#include "state/table_files.h"
#include "state/tree_set.h"
#include "strata/write_batch.h"
#include "wal/batch_format.h"

namespace strata {

class DirectWriter {
 public:
  // What these point to must outlive it.
  DirectWriter(StoreContext& context, TreeSet& trees, TableFiles& files)
      : context_(context), trees_(trees), files_(files) {}

  // False when no value of the batch is written directly.
  bool MayHave(const WriteBatch& batch) const;
  // The bytes of those that are.
  std::uint64_t BytesIn(const WriteBatch& batch) const;
  // Writes them, or with `only_huge` those that a memtable can't hold; `with_pointers` gets the
  // batch with pointers in their place. REQUIRES: it may have some.
  Status Write(const WriteBatch& batch, bool only_huge, std::string* with_pointers);

  // Writes one entry's value, and adds the entry with a pointer to it to `batch`.
  Status Append(const wal::BatchEntry& entry, std::string* batch);
  // Adds the entry as it is.
  static void AppendSame(const wal::BatchEntry& entry, std::string* batch);

 private:
  // From this size on, values of the table are written directly.
  std::uint64_t From(std::uint64_t table) const;

  StoreContext& context_;
  TreeSet& trees_;
  TableFiles& files_;
};

// Reads a value that a log points to. Errors: kCorruption, kNotFound when it isn't there.
Status ReadDirect(const StoreContext& context, const blob::Place& place, std::string* value);

}  // namespace strata
