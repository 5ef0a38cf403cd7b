#include "base/hash.h"

#include <catch2/catch.hpp>

#include <bit>
#include <string>

#include "base/random.h"

namespace strata {
namespace {

// Filters in files depend on these values.
TEST_CASE("known bytes have these hashes", "[bloom-filters]") {
  CHECK(Hash64("") == 0x2d06800538d394c2);
  CHECK(Hash64("strata") == 0x4b61a1897bfc215f);
  CHECK(Hash64WithSeed("strata", 1) == 0xdc84a38ad972633c);
  CHECK(Hash64WithSeed("strata", 0) == Hash64("strata"));
}

TEST_CASE("one changed bit changes about half of the hash", "[bloom-filters]") {
  Random random(1);
  int changed = 0;
  for (int i = 0; i < 1000; ++i) {
    std::string bytes = random.Bytes(1 + random.Uniform(300));
    const std::uint64_t before = Hash64(bytes);
    const std::size_t bit = random.Uniform(8 * bytes.size());
    bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    changed += std::popcount(before ^ Hash64(bytes));
  }
  CHECK(changed > 31'000);
  CHECK(changed < 33'000);
}

}  // namespace
}  // namespace strata
