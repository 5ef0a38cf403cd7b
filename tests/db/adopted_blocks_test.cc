// Blocks that a MultiGet read ahead stay in the cache after it has returned.

#include <catch2/catch.hpp>

#include "testing/test_store.h"

namespace strata {
namespace {

TEST_CASE("a block that many keys were read from is still whole when it is read again",
          "[parallel-reads]") {
  testing::TestStore store({.block_bytes = 256, .compression = Compression::kNone});
  std::vector<std::string> keys;
  for (int i = 100; i < 200; ++i) {
    keys.push_back("key" + std::to_string(i));
    REQUIRE(store->Put(keys.back(), "value" + std::to_string(i)));
  }
  REQUIRE(store->Flush());
  const std::vector<std::string_view> views(keys.begin(), keys.end());
  const auto first = store->MultiGet(views, {});
  REQUIRE(first);
  const std::vector<std::string> other_use(64, std::string(4096, '!'));  // Takes freed memory.
  for (int i = 100; i < 200; ++i) {
    const auto value = store.Get("key" + std::to_string(i));
    REQUIRE(value == "value" + std::to_string(i));
  }
}

}  // namespace
}  // namespace strata
