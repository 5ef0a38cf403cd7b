#include "state/store_context.h"

#include <utility>

#include "state/shared_parts.h"

namespace strata {

Options StoreContext::AloneOf(Options store_options) {
  store_options.shared = nullptr;
  return store_options;
}

void StoreContext::Join(std::shared_ptr<SharedResources> resources) {
  shared = std::move(resources);
  SharedResources::Parts& parts = shared->parts();
  cache = std::make_unique<sst::BlockCache>(parts.cache, counters);
  if (parts.limiter != nullptr) limiter = parts.limiter;
  lane = parts.executor.NewLane();
  environment.executor = lane.get();
}

// Nobody reads the store's blocks any more. (A thread that isn't in a child of fork() may hold
// the cache's mutexes.)
StoreContext::~StoreContext() {
  if (shared != nullptr && shared->parts().owner.IsThisProcess()) cache->ForgetTables();
}

}  // namespace strata
