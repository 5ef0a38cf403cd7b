#include "sst/table_index.h"

#include <catch2/catch.hpp>

#include <set>

#include "base/coding.h"
#include "sst/block_builder.h"
#include "sst/table_testing.h"

namespace strata::sst {
namespace {

constexpr std::uint64_t kBlockBytes = 100;

// An index of as many blocks as keys, each of which ends with its key.
TableIndex IndexOf(const std::vector<std::string>& keys) {
  BlockBuilder builder(1);
  std::uint64_t offset = 0;
  for (const std::string& key : keys) {
    std::string handle;
    AppendVarint64(&handle, offset);
    AppendVarint64(&handle, kBlockBytes);
    builder.Add(key, handle);
    offset += kBlockBytes + kTrailerSize;
  }
  return Must(
      TableIndex::Decode(Must(Block::Parse(BlockContents::Copy(builder.Finish()))), offset));
}

std::size_t FirstAtOrAfter(const std::vector<std::string>& keys, const std::string& target) {
  std::size_t i = 0;
  while (i < keys.size() && CompareInternalKeys(keys[i], target) < 0) ++i;
  return i;
}

// Few letters and few versions, so that keys have equal beginnings, and are equal.
std::string RandomKey(Random& random) {
  std::string user_key(random.Uniform(12), 'a');
  for (char& c : user_key) c = random.OneIn(4) ? 'b' : 'a';
  return Key(user_key, 1 + random.Uniform(3));
}

TEST_CASE("an index of any size names the block that a look at every key would",
          "[learned-index]") {
  Random random(20);
  for (const std::size_t size : {1, 2, 15, 16, 17, 31, 32, 33, 48, 100, 250}) {
    CAPTURE(size);
    std::set<std::string, InternalLess> sorted;
    while (sorted.size() < size) sorted.insert(RandomKey(random));
    const std::vector<std::string> keys(sorted.begin(), sorted.end());
    const TableIndex index = IndexOf(keys);
    for (int i = 0; i < 500; ++i) {
      const std::string target = random.OneIn(2) ? keys[random.Uniform(size)] : RandomKey(random);
      CHECK(index.Find(LookupKey::Of(target)) == FirstAtOrAfter(keys, target));
    }
  }
}

}  // namespace
}  // namespace strata::sst
