// A crowd of clients around one store in a simulated world: writers whose batches set three
// registers to the next number, readers of every kind, and those who flush, merge, make and drop
// tables, hold snapshots, count in transactions, copy the store, or cut its power. What is read
// must be linearizable, a batch is seen as a whole, and what was acknowledged is there at the end.
//
// Thread safety: none; deterministic.

#pragma once

#include "sim/store_life.h"

namespace strata::sim {

// Who, or what, comes besides writers, readers and those who flush and merge.
struct CrowdMix {
  bool tables = false;        // Tables come and go, with writers of their own.
  bool snapshots = false;     // Held for a while and read again.
  bool transactions = false;  // Count, with all locks that it takes.
  bool checkpoints = false;   // Copies of the store, opened later.
  bool power_cut = false;     // In the middle of it all; then the store is opened again.
  bool closes_early = false;  // As soon as the writers are done, whatever the background does.
  bool disk_fails = false;    // In one operation, or from then on, until it is opened again.
  bool disk_fills = false;    // For a while there is no room for tables, or no descriptor.
  bool churn = false;         // Flushes and merges one after the other, beside more readers.
  bool heavy = false;         // Large batches into skip lists, so that groups insert in parallel.
};

LifeResult RunCrowd(const LifePlan& plan, const CrowdMix& mix);

}  // namespace strata::sim
