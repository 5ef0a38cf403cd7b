// Clients as threads on one store on real files, with flushes and merges between.
//
// Thread safety: none.

#pragma once

#include <string>

#include "isolation/simulated_run.h"

namespace strata::isolation {

struct ThreadsPlan {
  WorkloadMaker workload = nullptr;
  std::uint32_t threads = 4;
  std::uint64_t transactions = 1000;  // Of each thread.
  Level level = Level::kStrictSerializable;
  std::vector<Style> styles;
  bool locks_alone = false;
  std::uint64_t seed = 1;
  std::uint32_t lock_timeout_ms = 50;
  SyncMode sync = SyncMode::kNone;
};

// `directory` doesn't exist yet.
RunResult RunThreads(const ThreadsPlan& plan, const std::string& directory);

}  // namespace strata::isolation
