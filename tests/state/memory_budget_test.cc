#include "state/memory_budget.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>

#include "stats/counters.h"

namespace strata {
namespace {

constexpr std::uint64_t kBytes = 4096 * 100;  // A grain is 100 bytes.

struct Shared {
  Counters counters;
  sst::BlockCache cache{kBytes, counters};
  MemoryBudget budget{kBytes, cache};
  std::string asked;

  std::unique_ptr<MemoryBudget::Member> Join(char name) {
    return budget.Join([this, name] { asked += name; });
  }
};

TEST_CASE("the cache gets what memtables and tables of all stores leave", "[learned-index]") {
  Shared shared;
  auto a = shared.Join('a');
  const auto b = shared.Join('b');
  CHECK(shared.budget.Usage().cache_capacity_bytes == kBytes);
  a->Report({.filling = 5'000, .full = 700, .tables = 50});
  b->Report({.filling = 10'000, .tables = 1});
  const SharedUsage usage = shared.budget.Usage();
  CHECK(usage.stores == 2);
  CHECK(usage.memtable_bytes == 15'700);
  CHECK(usage.table_bytes == 51);
  CHECK(shared.cache.capacity_bytes() == kBytes - 15'751);
  b->Report({.filling = 0, .full = kBytes});
  CHECK(shared.cache.capacity_bytes() == 0);
  b->Report({});
  a.reset();
  CHECK(shared.cache.capacity_bytes() == kBytes);
  CHECK(shared.budget.Usage().stores == 1);
}

TEST_CASE("what fills is counted in grains, never too low", "[learned-index]") {
  Shared shared;
  const auto a = shared.Join('a');
  for (const std::uint64_t bytes : {1, 99, 100}) {
    a->Report({.filling = bytes});
    CHECK(shared.budget.Usage().memtable_bytes == 100);
  }
  a->Report({.filling = 101});
  CHECK(shared.budget.Usage().memtable_bytes == 200);
}

TEST_CASE("past a quarter the store with the most gives way, once", "[learned-index]") {
  Shared shared;
  const auto a = shared.Join('a');
  const auto b = shared.Join('b');
  const auto c = shared.Join('c');
  a->Report({.filling = kBytes / 16});
  b->Report({.filling = kBytes / 8});
  c->Report({.filling = kBytes / 16});
  CHECK(shared.asked.empty());
  a->Report({.filling = kBytes / 16 + 1});
  CHECK(shared.asked == "b");
  b->Report({.filling = kBytes / 8 + 1'000});  // On its way.
  CHECK(shared.asked == "b");
  c->Report({.filling = kBytes / 4});  // Without b there is too much again.
  CHECK(shared.asked == "bc");
  b->Report({.filling = 0, .full = kBytes / 8 + 1'000});
  c->Report({.filling = 0, .full = kBytes / 4});
  CHECK(shared.asked == "bc");
  b->Report({.filling = kBytes / 4});
  CHECK(shared.asked == "bcb");
}

TEST_CASE("what waits to be written out makes nobody switch, but slows writers",
          "[learned-index]") {
  Shared shared;
  const auto a = shared.Join('a');
  const auto b = shared.Join('b');
  a->Report({.filling = kBytes / 8, .full = kBytes * 3 / 8});
  CHECK(shared.asked.empty());
  CHECK(shared.budget.over() == 0);
  b->Report({.full = kBytes / 4});
  CHECK(shared.asked.empty());
  CHECK(shared.budget.over() == 0.5);
  b->Report({.full = kBytes});
  CHECK(shared.budget.over() == 1);
  b->Report({.tables = kBytes});  // Tables can't be written out.
  CHECK(shared.budget.over() == 0);
}

TEST_CASE("a store that goes while it was asked stands in nobody's way", "[learned-index]") {
  Shared shared;
  auto a = shared.Join('a');
  const auto b = shared.Join('b');
  a->Report({.filling = kBytes / 2});
  CHECK(shared.asked == "a");
  a.reset();
  b->Report({.filling = kBytes / 4});
  CHECK(shared.asked == "a");
  b->Report({.filling = kBytes / 4 + 1});
  CHECK(shared.asked == "ab");
}

TEST_CASE("without a budget nothing is counted and the cache stays as it is", "[learned-index]") {
  Counters counters;
  sst::BlockCache cache{1'000, counters};
  MemoryBudget budget{0, cache};
  const auto a = budget.Join([] { FAIL("asked"); });
  a->Report({.filling = 1ULL << 40, .full = 5, .tables = 5});
  CHECK(budget.over() == 0);
  CHECK(cache.capacity_bytes() == 1'000);
  CHECK(budget.Usage().memtable_bytes == 0);
}

}  // namespace
}  // namespace strata
