// What is in SharedResources, for stores.
//
// Thread safety: constant once it is made; each part has a synchronisation of its own.

#pragma once

#include <memory>

#include "base/result.h"
#include "compaction/rate_limiter.h"
#include "io/environment.h"
#include "io/fair_executor.h"
#include "io/owner_process.h"
#include "sst/block_cache.h"
#include "state/memory_budget.h"
#include "stats/counters.h"
#include "strata/shared_resources.h"

namespace strata {

struct SharedResources::Parts {
  Parts(const SharedResourcesOptions& options, const Environment& environment);
  ~Parts();
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  // Whether a store may be opened with them. Errors: kInvalidArgument for another world than they
  // were made for; kAborted in a child of fork().
  Status CheckFor(const Environment& environment) const;

  const OwnerProcess owner;
  Clock* const clock;
  Executor* const outside;            // The environment's.
  std::unique_ptr<Executor> threads;  // Their own; null: those are used.
  FairExecutor executor;
  Counters counters;  // What the cache evicts when it is made smaller is nobody's.
  sst::BlockCache cache;
  const std::shared_ptr<compaction::RateLimiter> limiter;  // Null: there is no rate for all.
  MemoryBudget memory;
};

}  // namespace strata
