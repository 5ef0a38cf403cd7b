// What every part of a store is given: how it is to behave, where it is, and the world around it.
//
// Thread safety: constant once the store is open; what isn't has a synchronisation of its own. Each
// part says which of its fields the mutex guards.

#pragma once

#include <memory>
#include <string>
#include <utility>

#include "compaction/rate_limiter.h"
#include "io/environment.h"
#include "io/mutex.h"
#include "io/wait_point.h"
#include "sst/block_cache.h"
#include "stats/counters.h"
#include "stats/event_trace.h"
#include "strata/options.h"

namespace strata {

namespace seal {
class SealedFiles;
}  // namespace seal

struct StoreContext {
  StoreContext(const Options& store_options, const Environment& world, std::string path)
      : options(AloneOf(store_options)), directory(std::move(path)), environment(world) {
    if (options.event_sink) {
      events = std::make_unique<EventTrace>(*environment.clock, options.event_sink);
    }
    cache = std::make_unique<sst::BlockCache>(options.block_cache_bytes, counters);
    limiter = std::make_shared<compaction::RateLimiter>(options.compaction_rate_bytes_per_s,
                                                        *environment.clock);
    if (store_options.shared != nullptr) Join(store_options.shared);
  }
  ~StoreContext();
  StoreContext(const StoreContext&) = delete;
  StoreContext& operator=(const StoreContext&) = delete;

  // What it has together with other stores; null: nothing. `options` don't name it: they are copied
  // into what may outlive the store by a moment.
  std::shared_ptr<SharedResources> shared;
  const Options options;
  const std::string directory;
  // Its files are, once the store is open, those of the directory that was found.
  Environment environment;
  FileSystem* const outside = environment.files;  // Where paths of others are looked up.
  seal::SealedFiles* sealed = nullptr;            // What its files are, too; null: in the clear.
  // Whoever removes a file later keeps it, too.
  std::shared_ptr<FileSystem> held_directory;
  Counters counters;
  std::unique_ptr<EventTrace> events;  // Null when nobody listens.
  std::unique_ptr<sst::BlockCache> cache;
  std::shared_ptr<compaction::RateLimiter> limiter;  // Of all that runs in the background.
  std::unique_ptr<Executor> lane;  // Its place on shared threads; null: shares none.
  Mutex mutex;
  // What is waited for with the mutex. The last two are told, too, when writing ends for good.
  WaitPoint edit_ended;
  WaitPoint memtables_written;
  WaitPoint job_ended;

 private:
  static Options AloneOf(Options store_options);
  void Join(std::shared_ptr<SharedResources> resources);
};

}  // namespace strata
