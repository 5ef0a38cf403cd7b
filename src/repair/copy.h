// Writes the newest entry of each key, out of all that is whole, to the tables of a new store.
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "compaction/table_writer.h"
#include "iter/iterator.h"
#include "repair/inventory.h"
#include "repair/values.h"
#include "version/table_store.h"

namespace strata::repair {

// What a copy made.
struct Copied {
  std::vector<std::shared_ptr<const Table>> tables;
  std::vector<std::shared_ptr<const Blob>> blobs;
  std::uint64_t entries = 0;
  bool expiring = false;  // Some have an expiry.
  SequenceNumber last_sequence = 0;
};

// One named table, or the default one, on its way from the old store to the new.
struct CopyOptions {
  compaction::TableWriterOptions writer;
  SequenceNumber truncated_at = 0;  // What was written up to here is gone.
};

// `entries` are all that are left of the table, sorted; the newest of a key comes first. A key of
// which the newest entry is whole, and its value isn't, is lost: no older one takes its place.
// `lose` is told of it. Errors: those of writing.
Result<Copied> Copy(InternalIterator& entries, Values& values, TableStore& store,
                    const CopyOptions& options,
                    const std::function<void(std::string_view key, const Error& why)>& lose);

}  // namespace strata::repair
