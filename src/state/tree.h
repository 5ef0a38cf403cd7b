// What belongs to one key space: the memtable that takes its writes, the version of its tables, and
// the rule that shapes them. Log, queue, sequences and manifest are the store's.
//
// Thread safety: the store's mutex guards every field. `memtable` is replaced by the commit queue's
// front, or an opening, only: it may read it without the mutex.

#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "compaction/policy.h"
#include "memtable/memtable.h"
#include "state/replica.h"
#include "version/file_names.h"
#include "version/named_table.h"
#include "version/version.h"

namespace strata {

class DirectValues;

struct Tree {
  NamedTable table;  // Id 0 and no name: the default one.
  std::shared_ptr<MemTable> memtable;
  std::shared_ptr<const Version> version = std::make_shared<const Version>();
  std::unique_ptr<const compaction::Policy> policy;
  bool touched = false;              // Its memtable may have entries,
  std::size_t counted_bytes = 0;     // and took so much when it was touched last.
  std::shared_ptr<Replica> replica;  // Of a replicated table; else null.
  bool dropped = false;              // Jobs that still run for it install nothing.
  bool purge = false;                // Tables with many deletes are merged down.
  SequenceNumber truncated_at = 0;   // All that was written to it up to here is gone.
  SequenceNumber held_for_max = 0;   // The newest snapshot that its tables hold versions for.
};

// The memtables that were switched together with a log.
struct Immutable {
  std::vector<std::pair<std::shared_ptr<Tree>, std::shared_ptr<MemTable>>> memtables;
  FileNumber oldest_log_after;  // Once they are in tables, older logs can go.
  std::uint64_t since_us;
  std::shared_ptr<DirectValues> direct;  // What they point to.
  // How far replicated tables had come.
  std::vector<std::pair<std::shared_ptr<Tree>, Applied>> applied{};
};

}  // namespace strata
