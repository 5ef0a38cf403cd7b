// The block cache: keeps what is asked for again, lets scans pass through, and stays in its budget.

#include "sst/block_cache.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "base/random.h"
#include "sst/block_builder.h"
#include "testing/test_store.h"

namespace strata::sst {
namespace {

// A block of about `bytes` bytes.
std::shared_ptr<const Block> MakeBlock(std::size_t bytes) {
  BlockBuilder builder(16);
  builder.Add(MakeInternalKey("k", 1, EntryKind::kValue), std::string(bytes, 'v'));
  const std::string_view finished = builder.Finish();
  BlockContents contents;
  contents.owned = std::make_unique<char[]>(finished.size());
  contents.owned_size = finished.size();
  std::copy(finished.begin(), finished.end(), contents.owned.get());
  contents.bytes = {contents.owned.get(), finished.size()};
  auto block = Block::Parse(std::move(contents));
  REQUIRE(block);
  return std::make_shared<const Block>(*std::move(block));
}

class Cache {
 public:
  explicit Cache(std::uint64_t capacity) : cache_(capacity, counters_) {}

  // Asks for a block and, as a reader would, puts it there if it is missing. True for a hit.
  bool Touch(std::uint64_t offset) {
    if (cache_.Lookup(1, offset) != nullptr) return true;
    cache_.Insert(1, offset, block_);
    return false;
  }

  BlockCache& operator*() { return cache_; }
  BlockCache* operator->() { return &cache_; }
  Counters& counters() { return counters_; }

 private:
  Counters counters_;
  BlockCache cache_;
  std::shared_ptr<const Block> block_ = MakeBlock(1'000);
};

TEST_CASE("a block that was put in is found, under its table and offset", "[block-cache]") {
  Cache cache(1 << 20);
  cache->Insert(1, 4096, MakeBlock(100));
  CHECK(cache->Lookup(1, 4096) != nullptr);
  CHECK(cache->Lookup(2, 4096) == nullptr);
  CHECK(cache->Lookup(1, 0) == nullptr);
  CHECK(cache.counters().Get(Counter::kCacheHits) == 1);
  CHECK(cache.counters().Get(Counter::kCacheMisses) == 2);
}

TEST_CASE("the cache never holds more than its budget", "[block-cache]") {
  Cache cache(64 << 10);
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    cache.Touch(i);
    REQUIRE(cache->used_bytes() <= 64 << 10);
  }
  CHECK(cache->used_bytes() > 60 << 10);
  CHECK(cache.counters().Get(Counter::kCacheEvictions) > 900);
  cache->SetCapacity(8 << 10);
  CHECK(cache->used_bytes() <= 8 << 10);
  cache->SetCapacity(0);
  CHECK(cache->used_bytes() == 0);
}

TEST_CASE("blocks that earned their place count into the budget too", "[block-cache]") {
  Cache cache(64 << 10);
  for (int round = 0; round < 3; ++round) {
    for (std::uint64_t i = 0; i < 200; ++i) {
      cache.Touch(i);
      cache.Touch(i);
    }
  }
  std::uint64_t kept = 0;
  for (std::uint64_t i = 0; i < 200; ++i) kept += cache->Lookup(1, i) != nullptr;
  CHECK(kept > 50);
  CHECK(kept * 1'000 <= 64 << 10);
}

TEST_CASE("a block larger than the cache is not kept", "[block-cache]") {
  Cache cache(16 << 10);
  cache->Insert(1, 0, MakeBlock(100));
  cache->Insert(1, 1, MakeBlock(64 << 10));
  CHECK(cache->Lookup(1, 1) == nullptr);
  CHECK(cache->Lookup(1, 0) != nullptr);
}

TEST_CASE("a scan does not push out what is read again and again", "[block-cache][block-cache.1]") {
  Cache cache(64 << 10);  // About 60 blocks.
  for (int round = 0; round < 5; ++round) {
    for (std::uint64_t hot = 0; hot < 30; ++hot) cache.Touch(hot);
  }
  for (std::uint64_t cold = 1'000; cold < 5'000; ++cold) cache.Touch(cold);
  int hits = 0;
  for (std::uint64_t hot = 0; hot < 30; ++hot) hits += cache.Touch(hot);
  CHECK(hits >= 28);
}

TEST_CASE("to be asked for once more is enough to stay", "[block-cache][block-cache.1]") {
  Cache cache(64 << 10);
  cache.Touch(1);
  cache.Touch(1);
  for (std::uint64_t cold = 1'000; cold < 2'000; ++cold) cache.Touch(cold);
  CHECK(cache->Lookup(1, 1) != nullptr);
}

TEST_CASE("a block asked for during each round outlives those that are not",
          "[block-cache][block-cache.2]") {
  Cache cache(64 << 10);  // About 60 blocks.
  int hits = 0;
  for (std::uint64_t wave = 0; wave < 200; ++wave) {
    for (std::uint64_t hot = 0; hot < 20; ++hot) hits += cache.Touch(hot) && wave >= 100;
    // Too many to keep, but they come back soon enough to be remembered: they press into the main
    // queue.
    for (std::uint64_t i = 0; i < 20; ++i) cache.Touch(1'000 + (wave * 20 + i) % 80);
  }
  CHECK(hits == 100 * 20);
  const std::uint64_t put_in = cache.counters().Get(Counter::kCacheMisses);
  std::uint64_t kept = 0;
  for (std::uint64_t hot = 0; hot < 20; ++hot) kept += cache->Lookup(1, hot) != nullptr;
  for (std::uint64_t i = 0; i < 80; ++i) kept += cache->Lookup(1, 1'000 + i) != nullptr;
  CHECK(cache.counters().Get(Counter::kCacheEvictions) == put_in - kept);
}

TEST_CASE("a use gives a block one more round, and it is used up then",
          "[block-cache][block-cache.2]") {
  Cache cache(64 << 10);  // About 60 blocks.
  const auto push = [&](std::uint64_t first, std::uint64_t count) {
    for (std::uint64_t i = first; i < first + count; ++i) {
      cache.Touch(i);
      cache.Touch(i);  // So that it gets into the main queue.
    }
  };
  const auto has = [&](std::uint64_t offset) {
    const std::uint64_t hits = cache.counters().Get(Counter::kCacheHits);
    (void)cache->Lookup(1, offset);
    return cache.counters().Get(Counter::kCacheHits) > hits;
  };
  push(0, 70);
  cache.Touch(20);  // One use.
  push(100, 25);
  CHECK_FALSE(has(19));
  CHECK_FALSE(has(21));
  CHECK(has(20));  // Another use.
  push(200, 150);
  CHECK_FALSE(has(20));
}

TEST_CASE("a block that comes back soon after it left is kept", "[block-cache]") {
  Cache cache(64 << 10);
  for (std::uint64_t i = 0; i < 60; ++i) cache.Touch(i);
  cache.Touch(1'000);
  for (std::uint64_t i = 2'000; i < 2'070; ++i) cache.Touch(i);  // Pushes 1,000 out.
  REQUIRE(cache->Lookup(1, 1'000) == nullptr);
  cache.Touch(1'000);  // Its name is remembered: it goes to the main queue.
  for (std::uint64_t i = 3'000; i < 3'100; ++i) cache.Touch(i);
  CHECK(cache->Lookup(1, 1'000) != nullptr);
}

TEST_CASE("threads share the cache", "[block-cache][concurrency]") {
  Cache cache(256 << 10);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  const auto block = MakeBlock(500);  // Here: Catch2's assertions are for one thread.
  for (std::uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      Random random(t);
      for (int i = 0; i < 5'000; ++i) {
        const std::uint64_t offset = random.Uniform(1'000);
        const auto found = cache->Lookup(1, offset);
        if (found != nullptr && found->contents().size() != block->contents().size()) ++wrong;
        if (found == nullptr) cache->Insert(1, offset, block);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(cache->used_bytes() <= 256 << 10);
}

TEST_CASE("a block is read from the file once", "[block-cache]") {
  testing::TestStore store;
  for (int i = 0; i < 100; ++i) REQUIRE(store->Put("key" + std::to_string(i), "v"));
  REQUIRE(store->Flush());
  CHECK(store.Get("key7") == "v");
  const std::uint64_t before = store->counters().Get(Counter::kBlocksRead);
  for (int i = 0; i < 10; ++i) CHECK(store.Get("key7") == "v");
  CHECK(store->counters().Get(Counter::kBlocksRead) == before);
  CHECK(store->counters().Get(Counter::kCacheHits) >= 10);
  CHECK(store->Stats().cache_bytes > 0);
}

}  // namespace
}  // namespace strata::sst
