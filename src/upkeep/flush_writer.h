// Writes memtables as tables: what a flush does, and an opening whose logs hold more than fits into
// memory.
//
// Thread safety: any thread. The memtables must be full: nobody adds to them.

#pragma once

#include <memory>
#include <vector>

#include "journal/direct_values.h"
#include "read/snapshots.h"
#include "state/store_context.h"
#include "state/table_files.h"
#include "state/tree.h"
#include "version/version_edit.h"

namespace strata {

class FlushWriter {
 public:
  // What these point to must outlive it.
  FlushWriter(StoreContext& context, TableFiles& files, const SnapshotList& snapshots)
      : context_(context), files_(files), snapshots_(snapshots) {}

  // Writes a memtable of `tree` as its newest run of level 0 and adds it to `edit`.
  // `since_us`: wall clock of its first write.
  // `below`: all tables older than it; null while these aren't known.
  Status Write(const Tree& tree, const MemTable& memtable, std::uint64_t since_us,
               VersionEdit* edit, std::vector<std::shared_ptr<const Table>>* opened,
               const std::shared_ptr<const Version>& below = nullptr);
  // Makes blobs of the files that `values` has for `tree`, as far as `opened` uses them.
  Status AdoptDirect(const Tree& tree, DirectValues& values, VersionEdit* edit,
                     const std::vector<std::shared_ptr<const Table>>& opened) const;

 private:
  StoreContext& context_;
  TableFiles& files_;
  const SnapshotList& snapshots_;
};

}  // namespace strata
