#include "strata/shared_resources.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>

#include "io/memory_file_system.h"
#include "state/shared_parts.h"
#include "state/store_context.h"
#include "testing/child_process.h"
#include "testing/results.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::Outcome;

struct SharedWorld {
  ManualClock clock;
  std::unique_ptr<MemoryFileSystem> disk = NewMemoryFileSystem();
  std::unique_ptr<SimExecutor> executor = NewSimExecutor(1, clock);
  Environment environment{.files = disk.get(), .clock = &clock, .executor = executor.get()};

  std::shared_ptr<SharedResources> Make(SharedResourcesOptions options) {
    options.environment = &environment;
    return Must(SharedResources::Make(options));
  }
};

TEST_CASE("resources that can't be are refused by the option's name", "[learned-index]") {
  SharedWorld world;
  CHECK(Outcome(SharedResources::Make({.background_threads = -1})) ==
        "invalid argument: option background_threads must be between 0 and 1024");
  CHECK(Outcome(SharedResources::Make({.background_threads = 1, .flush_threads = 0})) ==
        "invalid argument: option flush_threads must be between 1 and 1024");
  CHECK(Outcome(
            SharedResources::Make({.environment = &world.environment, .background_threads = 1})) ==
        "invalid argument: option background_threads must be 0 with an environment, whose executor "
        "is used");
}

TEST_CASE("only a store's context keeps alive what it shares, not copies of its options",
          "[learned-index]") {
  SharedWorld world;
  const auto shared = world.Make({});
  auto context =
      std::make_unique<StoreContext>(Options{.shared = shared}, world.environment, "store");
  const Options copy = context->options;
  CHECK(shared.use_count() == 2);
  context.reset();
  CHECK(shared.use_count() == 1);
}

TEST_CASE("a store shares cache, rate and executor, and counts for itself", "[learned-index]") {
  SharedWorld world;
  const auto shared =
      world.Make({.block_cache_bytes = 1 << 20, .compaction_rate_bytes_per_s = 1'000});
  const Options options{.shared = shared, .block_cache_bytes = 5, .compaction_rate_bytes_per_s = 7};
  StoreContext first(options, world.environment, "first");
  StoreContext second(options, world.environment, "second");
  CHECK(first.cache->capacity_bytes() == 1 << 20);
  (void)first.cache->Lookup(first.cache->NewTableId(), 0);
  CHECK(first.counters.Get(Counter::kCacheMisses) == 1);
  CHECK(second.counters.Get(Counter::kCacheMisses) == 0);
  CHECK(first.limiter->Charge(500) == 500'000);
  CHECK(second.limiter->Charge(500) == 1'000'000);
  CHECK(first.environment.executor != second.environment.executor);
  int steps = 0;
  first.environment.executor->Schedule(Priority::kLow, [&] {
    ++steps;
    return Step::kDone;
  });
  world.executor->RunAll();
  CHECK(steps == 1);
}

TEST_CASE("a store has its own rate where there is none for all", "[learned-index]") {
  SharedWorld world;
  const auto shared = world.Make({});
  StoreContext first({.shared = shared, .compaction_rate_bytes_per_s = 1'000}, world.environment,
                     "first");
  StoreContext second({.shared = shared}, world.environment, "second");
  CHECK(first.limiter->Charge(500) == 500'000);
  CHECK(second.limiter->Charge(500) == 0);
}

TEST_CASE("a store that shares nothing has all for itself", "[learned-index]") {
  SharedWorld world;
  StoreContext alone({.block_cache_bytes = 1 << 20}, world.environment, "alone");
  CHECK(alone.cache->capacity_bytes() == 1 << 20);
  CHECK(alone.environment.executor == world.executor.get());
  CHECK(alone.lane == nullptr);
}

TEST_CASE("a memory budget takes the place of the cache's size", "[learned-index]") {
  SharedWorld world;
  const auto shared = world.Make({.block_cache_bytes = 1 << 20, .memory_budget_bytes = 1 << 22});
  CHECK(shared->Usage().cache_capacity_bytes == 1 << 22);
  CHECK(shared->Usage().stores == 0);
}

TEST_CASE("resources belong to one clock and one executor", "[learned-index]") {
  SharedWorld world;
  SharedWorld other;
  const auto shared = world.Make({});
  Environment mixed = world.environment;
  CHECK(CodeOf(shared->parts().CheckFor(mixed)) == "ok");
  mixed.files = other.disk.get();
  CHECK(CodeOf(shared->parts().CheckFor(mixed)) == "ok");
  mixed.clock = &other.clock;
  CHECK(CodeOf(shared->parts().CheckFor(mixed)) == "invalid argument");
  CHECK(CodeOf(shared->parts().CheckFor(
            {.clock = &world.clock, .executor = other.executor.get()})) == "invalid argument");
}

TEST_CASE("a child neither uses its parent's resources nor waits for their threads",
          "[learned-index]") {
  auto shared = Must(SharedResources::Make({.background_threads = 1}));
  auto store = std::make_unique<StoreContext>(Options{.shared = shared}, RealEnvironment(), "x");
  CHECK(testing::InChild([&] {
          const auto opened = shared->parts().CheckFor(RealEnvironment());
          if (CodeOf(opened) != "aborted") return 1;
          store.reset();
          shared.reset();
          return 0;
        }) == 0);
}

}  // namespace
}  // namespace strata
