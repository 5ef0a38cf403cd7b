#include "base/random.h"

#include <catch2/catch.hpp>

#include <array>
#include <set>

namespace strata {
namespace {

// Simulations are replayed by seed, so these numbers may not change with compiler or release.
TEST_CASE("a seed gives these numbers for ever", "[map-and-shell]") {
  Random zero(0);
  CHECK(zero.Next() == 0x99ec5f36cb75f2b4);
  CHECK(zero.Next() == 0xbf6e1f784956452a);
  CHECK(zero.Next() == 0x1a5f849d4933e6e0);
  Random answer(42);
  CHECK(answer.Next() == 0x15780b2e0c2ec716);
  CHECK(answer.Next() == 0x6104d9866d113a7e);

  Random random(7);
  for (const std::uint64_t expected : {70, 27, 83, 98, 99, 87, 6, 10, 40, 15}) {
    CHECK(random.Uniform(100) == expected);
  }
  CHECK(Random(7).NextDouble() == Approx(0.7005764821796896).epsilon(1e-15));
}

TEST_CASE("every value of a range comes about equally often", "[map-and-shell]") {
  Random random(11);
  std::array<int, 10> seen{};
  for (int i = 0; i < 100'000; ++i) ++seen[random.Uniform(seen.size())];
  for (const int count : seen) {
    CHECK(count > 9'600);
    CHECK(count < 10'400);
  }
}

TEST_CASE("a range holds both of its ends", "[map-and-shell]") {
  Random random(5);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 200; ++i) seen.insert(random.Between(10, 12));
  CHECK(seen == std::set<std::uint64_t>{10, 11, 12});
  CHECK(random.Uniform(1) == 0);
  CHECK(random.Between(9, 9) == 9);
}

TEST_CASE("a real number is at least 0 and below 1", "[map-and-shell]") {
  Random random(6);
  double sum = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double value = random.NextDouble();
    REQUIRE(value >= 0);
    REQUIRE(value < 1);
    sum += value;
  }
  CHECK(sum / 10'000 == Approx(0.5).margin(0.01));
}

TEST_CASE("a fork goes its own way", "[map-and-shell]") {
  Random parent(8);
  Random child = parent.Fork();
  CHECK(child.Next() != parent.Next());
  CHECK(child.Bytes(16) != parent.Bytes(16));
  CHECK(parent.Bytes(5).size() == 5);
}

}  // namespace
}  // namespace strata
