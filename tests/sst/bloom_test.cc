// The Bloom filter: never a false no, about as many false maybes as the formula says, and the same
// bytes for ever.

#include "sst/bloom.h"

#include <catch2/catch.hpp>

#include <string>

#include "base/escape.h"
#include "base/hash.h"
#include "base/random.h"
#include "stats/counters.h"
#include "testing/test_store.h"

namespace strata::sst {
namespace {

std::string FilterOf(int keys, int bits_per_key) {
  BloomBuilder builder(bits_per_key);
  for (int i = 0; i < keys; ++i) builder.AddKey("key" + std::to_string(i));
  return builder.Finish();
}

double FalsePositiveRate(const std::string& filter) {
  int maybes = 0;
  for (int i = 0; i < 20'000; ++i) maybes += BloomMayContain(filter, "miss" + std::to_string(i));
  return maybes / 20'000.0;
}

TEST_CASE("a key that was added is never denied", "[bloom-filters][bloom-filters.2]") {
  for (const int keys : {1, 2, 10, 1'000, 20'000}) {
    const std::string filter = FilterOf(keys, 10);
    int denied = 0;
    for (int i = 0; i < keys; ++i) denied += !BloomMayContain(filter, "key" + std::to_string(i));
    CHECK(denied == 0);
    int maybes = 0;
    for (int i = 0; i < 20; ++i) maybes += BloomMayContain(filter, "miss" + std::to_string(i));
    CHECK(maybes < 5);
  }
}

TEST_CASE("false maybes are as rare as the formula says", "[bloom-filters][bloom-filters.2]") {
  const std::string sparse = FilterOf(20'000, 5);
  CHECK(FalsePositiveRate(sparse) < 0.12);
  CHECK(FalsePositiveRate(sparse) > 0.06);
  CHECK(FalsePositiveRate(FilterOf(20'000, 10)) < 0.014);
  CHECK(FalsePositiveRate(FilterOf(20'000, 15)) < 0.003);
}

TEST_CASE("a key's bits lie in one block of 64 bytes", "[bloom-filters][bloom-filters.1]") {
  std::size_t keys_seen = 0;  // The rest are false maybes: their bits were all set.
  for (int key = 0; key < 50; ++key) {
    BloomBuilder builder(10);
    for (int filler = 0; filler < 500; ++filler) builder.AddKey("filler" + std::to_string(filler));
    const std::string without = builder.Finish();
    for (int filler = 0; filler < 500; ++filler) builder.AddKey("filler" + std::to_string(filler));
    builder.AddKey("key" + std::to_string(key));
    std::string with = builder.Finish();
    REQUIRE(with.size() == without.size());
    std::size_t blocks_changed = 0;
    for (std::size_t block = 0; block + 64 < with.size(); block += 64) {
      blocks_changed += with.compare(block, 64, without, block, 64) != 0;
    }
    CHECK(blocks_changed <= 1);
    keys_seen += blocks_changed;
  }
  CHECK(keys_seen > 40);
}

TEST_CASE("a filter's bytes are pinned", "[bloom-filters][bloom-filters.1]") {
  BloomBuilder builder(10);
  builder.AddKey("hello");
  builder.AddKey("world");
  const std::string filter = builder.Finish();
  REQUIRE(filter.size() == 65);
  std::string bits;
  for (std::size_t bit = 0; bit < 512; ++bit) {
    if (filter[bit / 8] >> (bit % 8) & 1) bits += std::to_string(bit) + " ";
  }
  CHECK(bits == "10 16 164 171 184 228 236 242 253 315 340 413 ");
  CHECK(filter.back() == 6);
}

// The numbers of the blocks in which bits are set.
std::string BlocksUsed(const std::string& filter) {
  std::string used;
  for (std::size_t block = 0; block < filter.size() / 64; ++block) {
    if (filter.find_first_not_of('\0', block * 64) < (block + 1) * 64) {
      used += std::to_string(block) + " ";
    }
  }
  return used;
}

// As the format says: see bloom.h.
std::uint64_t BlockOfKey(const std::string& key, std::uint64_t blocks) {
  return ((Hash64(key) >> 32) * blocks) >> 32;
}

TEST_CASE("the upper half of the hash chooses the block", "[bloom-filters][bloom-filters.1]") {
  for (const std::uint64_t block : {0, 1}) {
    BloomBuilder builder(64);
    int added = 0;
    for (int i = 0; added < 9; ++i) {  // Nine keys of 64 bits take two blocks.
      const std::string key = "key" + std::to_string(i);
      if (BlockOfKey(key, 2) != block) continue;
      builder.AddKey(key);
      ++added;
    }
    const std::string filter = builder.Finish();
    REQUIRE(filter.size() == 2 * 64 + 1);
    CHECK(BlocksUsed(filter) == std::to_string(block) + " ");
  }
}

TEST_CASE("the bytes of a filter of many blocks are pinned", "[bloom-filters][bloom-filters.1]") {
  const std::string filter = FilterOf(1'000, 10);
  REQUIRE(filter.size() == 20 * 64 + 1);
  CHECK(Hash64(filter) == 0x27faac78b55f7409);
}

TEST_CASE("a key is looked for in the block that its hash chooses",
          "[bloom-filters][bloom-filters.2]") {
  const std::uint64_t blocks = 16;
  for (int i = 0; i < 100; ++i) {
    const std::string key = "key" + std::to_string(i);
    const std::uint64_t block = BlockOfKey(key, blocks);
    std::string filter(blocks * 64, '\0');
    filter.replace(block * 64, 64, 64, '\xff');
    CHECK(BloomMayContain(filter + '\x06', key));
    for (char& byte : filter) byte = static_cast<char>(~byte);
    CHECK_FALSE(BloomMayContain(filter + '\x06', key));
  }
}

TEST_CASE("a key that repeats costs nothing", "[bloom-filters][bloom-filters.1]") {
  BloomBuilder once(10);
  BloomBuilder often(10);
  for (int i = 0; i < 100; ++i) {
    once.AddKey(std::to_string(i));
    for (int version = 0; version < 5; ++version) often.AddKey(std::to_string(i));
  }
  const std::string filter = once.Finish();
  CHECK(filter == often.Finish());
  CHECK(filter.find_first_not_of('\0') < filter.size() - 1);
}

TEST_CASE("bytes that are no filter answer maybe", "[bloom-filters]") {
  CHECK(BloomMayContain("", "key"));
  CHECK(BloomMayContain(std::string(64, '\0'), "key"));
  CHECK(BloomMayContain(std::string(65, '\0'), "key"));
  CHECK(BloomMayContain(std::string(64, '\0') + "\x7f", "key"));
}

TEST_CASE("a miss reads no block when the filter says no", "[bloom-filters][bloom-filters.2]") {
  testing::TestStore store({.filter_bits_per_key = 15});
  for (int i = 0; i < 1'000; i += 2) REQUIRE(store->Put("key" + std::to_string(i), "v"));
  REQUIRE(store->Flush());
  const std::uint64_t before = store->counters().Get(Counter::kBlocksRead);
  for (int i = 1; i < 1'000; i += 2) CHECK(store.Get("key" + std::to_string(i)) == std::nullopt);
  CHECK(store->counters().Get(Counter::kBlocksRead) - before <= 10);
  CHECK(store->counters().Get(Counter::kFilterNegatives) >= 490);
}

}  // namespace
}  // namespace strata::sst
