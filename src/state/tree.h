// What belongs to one key space: the memtable that takes its writes, the version of its tables, and
// the rule that shapes them. Log, queue, sequences and manifest are the store's.
//
// Thread safety: the store's mutex guards every field. `memtable` is replaced by the commit queue's
// front, or an opening, only: it may read it without the mutex.

#pragma once

#include <memory>
#include <utility>  //@L12
#include <vector>   //@L12

#include "compaction/policy.h"  //@L10
#include "memtable/memtable.h"
#include "state/replica.h"        //@L20
#include "version/file_names.h"   //@L12
#include "version/named_table.h"  //@L17
#include "version/version.h"      //@L05

namespace strata {

class DirectValues;  //@L19

struct Tree {
  NamedTable table;  // Id 0 and no name: the default one.  //@L17
  std::shared_ptr<MemTable> memtable;
  std::shared_ptr<const Version> version = std::make_shared<const Version>();  //@L05
  std::unique_ptr<const compaction::Policy> policy;                            //@L10
  //@L17{
  bool touched = false;           // Its memtable may have entries,
  std::size_t counted_bytes = 0;  // and took so much when it was touched last.
  //@}
  std::shared_ptr<Replica> replica;  // Of a replicated table; else null.  //@L20
  bool dropped = false;              // Jobs that still run for it install nothing.  //@L17
  bool purge = false;                // Tables with many deletes are merged down.  //@L20
  SequenceNumber held_for_max = 0;  // The newest snapshot that its tables hold versions for. //@L14
};

//@L12{
// The memtables that were switched together with a log.
struct Immutable {
  std::vector<std::pair<std::shared_ptr<Tree>, std::shared_ptr<MemTable>>> memtables;
  FileNumber oldest_log_after;  // Once they are in tables, older logs can go.
  std::uint64_t since_us;
  std::shared_ptr<DirectValues> direct;  // What they point to.  //@L19
  // How far replicated tables had come.                              //@L20
  std::vector<std::pair<std::shared_ptr<Tree>, Applied>> applied{};  //@L20
};
//@}

}  // namespace strata
