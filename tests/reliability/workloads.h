// The workloads that crash and fault sweeps cut short: small, and yet they touch every kind of file
// in every way that it is used.
//
// Thread safety: none.

#pragma once

#include "testing/crash_sweep.h"

namespace strata::testing {

struct WorkloadShape {
  std::uint64_t seed = 1;
  std::uint64_t writes = 60;
  bool long_keys = false;  // Some keys of kilobytes: the manifest outgrows itself and begins anew.
  std::uint64_t reopen_every = 25;
};

// Tiny memtables, tables and levels.
Options TinyStore(SyncMode sync);
// The same with values in tiny blob files.
Options TinyBlobStore(SyncMode sync);
// And with these written when they are put.
Options TinyDirectStore(SyncMode sync);

// Writes, deletes, batches, syncs, flushes, compactions, closes and opens. Stops at the first
// error.
CrashWorkload MakeWorkload(const WorkloadShape& shape);

}  // namespace strata::testing
