// What every store must do with a replicated table, wherever its tables and logs are kept: one
// suite, run over all kinds of store.
//
// To have a new one checked, add a file here with a case that calls CheckApplyConformance.
// Thread safety: none.

#pragma once

#include <functional>
#include <memory>

#include "base/random.h"
#include "io/memory_file_system.h"
#include "strata/db.h"

namespace strata::testing {

// A store that is open, and what it lives on.
class ApplyWorld {
 public:
  virtual ~ApplyWorld() = default;
  virtual DB& db() = 0;
  // Each ends with the store open again, as it is found.
  virtual Status CloseAndOpen() = 0;
  virtual Status Kill() = 0;
  virtual Status PowerCut(CrashKind kind, Random& random) = 0;
  // Background work goes on a little.
  virtual void RunBackground() = 0;
};

using MakeApplyWorld = std::function<std::unique_ptr<ApplyWorld>(std::uint64_t seed)>;

// Random lives: entries between writes of other tables, flushes, merges, crashes of every kind,
// with the log applied anew from what is durable. The same log is applied to two stores that flush
// and merge at other times, and both must hold what the model does after every entry.
void CheckApplyConformance(const MakeApplyWorld& make);

}  // namespace strata::testing
