// One block cache for several stores.

#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <string>

#include "sst/block_builder.h"
#include "sst/block_cache.h"
#include "testing/results.h"

namespace strata::sst {
namespace {

std::shared_ptr<const Block> MakeBlock(std::size_t bytes) {
  BlockBuilder builder(16);
  builder.Add(MakeInternalKey("k", 1, EntryKind::kValue), std::string(bytes, 'v'));
  const std::string_view finished = builder.Finish();
  BlockContents contents;
  contents.owned = std::make_unique<char[]>(finished.size());
  contents.owned_size = finished.size();
  std::copy(finished.begin(), finished.end(), contents.owned.get());
  contents.bytes = {contents.owned.get(), finished.size()};
  return std::make_shared<const Block>(testing::Must(Block::Parse(std::move(contents))));
}

struct Shared {
  static constexpr std::uint64_t kBytes = 64 << 10;
  Counters none;
  Counters first_counters;
  Counters second_counters;
  BlockCache whole{kBytes, none};
  BlockCache first{whole, first_counters};
  BlockCache second{whole, second_counters};
  std::shared_ptr<const Block> block = MakeBlock(1'000);
};

TEST_CASE("tables of stores that share a cache have ids of their own", "[learned-index]") {
  Shared shared;
  const std::uint64_t a = shared.first.NewTableId();
  const std::uint64_t b = shared.second.NewTableId();
  shared.first.Insert(a, 0, shared.block);
  CHECK(shared.first.Lookup(a, 0) != nullptr);
  CHECK(shared.second.Lookup(b, 0) == nullptr);
  CHECK(a != b);
  CHECK(shared.whole.NewTableId() != a);
}

TEST_CASE("stores that share a cache keep one budget", "[learned-index]") {
  Shared shared;
  const std::uint64_t a = shared.first.NewTableId();
  const std::uint64_t b = shared.second.NewTableId();
  for (std::uint64_t i = 0; i < 100; ++i) {
    shared.first.Insert(a, i, shared.block);
    shared.second.Insert(b, i, shared.block);
    REQUIRE(shared.whole.used_bytes() <= Shared::kBytes);
  }
  CHECK(shared.first.used_bytes() == shared.second.used_bytes());
  CHECK(shared.first.capacity_bytes() == Shared::kBytes);
}

TEST_CASE("hits, misses and evictions count in the store that caused them", "[learned-index]") {
  Shared shared;
  const std::uint64_t a = shared.first.NewTableId();
  const std::uint64_t b = shared.second.NewTableId();
  shared.first.Insert(a, 0, shared.block);
  (void)shared.first.Lookup(a, 0);
  (void)shared.second.Lookup(b, 0);
  CHECK(shared.first_counters.Get(Counter::kCacheHits) == 1);
  CHECK(shared.first_counters.Get(Counter::kCacheMisses) == 0);
  CHECK(shared.second_counters.Get(Counter::kCacheHits) == 0);
  CHECK(shared.second_counters.Get(Counter::kCacheMisses) == 1);
  for (std::uint64_t i = 0; i < 200; ++i) shared.second.Insert(b, i, shared.block);
  CHECK(shared.first_counters.Get(Counter::kCacheEvictions) == 0);
  CHECK(shared.second_counters.Get(Counter::kCacheEvictions) > 100);
  shared.whole.SetCapacity(0);
  CHECK(shared.none.Get(Counter::kCacheEvictions) > 0);
}

TEST_CASE("a store that goes leaves no block behind, and takes no other's along",
          "[learned-index]") {
  Shared shared;
  const std::uint64_t a = shared.first.NewTableId();
  const std::uint64_t b = shared.second.NewTableId();
  for (std::uint64_t i = 0; i < 10; ++i) {
    shared.first.Insert(a, i, shared.block);
    (void)shared.first.Lookup(a, i);
  }
  for (std::uint64_t i = 0; i < 100; ++i) shared.second.Insert(b, i, shared.block);
  shared.first.Insert(a, 10, shared.block);
  const auto pin = shared.first.Lookup(a, 3);  // Asked for again: it went to the main queue.
  REQUIRE(pin != nullptr);
  const std::uint64_t bytes = shared.whole.used_bytes();
  shared.first.ForgetTables();
  CHECK(shared.whole.used_bytes() == bytes - 11 * shared.block->size_bytes());
  for (std::uint64_t i = 0; i <= 10; ++i) CHECK(shared.first.Lookup(a, i) == nullptr);
  CHECK(pin->contents() == shared.block->contents());
  CHECK(shared.second.Lookup(b, 99) != nullptr);
  shared.second.ForgetTables();
  CHECK(shared.whole.used_bytes() == 0);
  for (std::uint64_t i = 0; i < 200; ++i) shared.second.Insert(b, i, shared.block);
  CHECK(shared.whole.used_bytes() > Shared::kBytes / 2);
}

}  // namespace
}  // namespace strata::sst
