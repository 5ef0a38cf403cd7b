// What belongs to one key space: the memtable that takes its writes and the rule that shapes its
// tables. Log, queue, sequences and manifest are the store's.
//
// Thread safety: the store's mutex guards every field. Whoever holds a Tree& got it under the
// mutex; analysis can't follow it there, so functions that take one say STRATA_REQUIRES(mutex_).
// `memtable` is replaced by the commit queue's front only: it may read it without the mutex.

#pragma once

#include <memory>

#include "compaction/policy.h"  //@L10
#include "memtable/memtable.h"

namespace strata {

struct Tree {
  std::shared_ptr<MemTable> memtable;
  std::unique_ptr<const compaction::Policy> policy;  //@L10
  SequenceNumber held_for_max = 0;  // The newest snapshot that its tables hold versions for. //@L14
};

}  // namespace strata
