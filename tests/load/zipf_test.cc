#include "load/zipf.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <vector>

namespace strata::load {
namespace {

TEST_CASE("a rank is drawn as often as its share says", "[client]") {
  constexpr std::uint64_t kCount = 50;
  constexpr int kDraws = 200'000;
  double all = 0;
  for (std::uint64_t k = 1; k <= kCount; ++k) all += std::pow(static_cast<double>(k), -0.99);
  const Zipf zipf(kCount);
  Random random(7);
  std::vector<int> seen(kCount, 0);
  for (int i = 0; i < kDraws; ++i) ++seen.at(zipf.Next(&random));
  for (std::uint64_t rank = 0; rank < kCount; ++rank) {
    const double share = std::pow(static_cast<double>(rank + 1), -0.99) / all;
    const double expected = share * kDraws;
    INFO("rank " << rank << ": " << seen[rank] << ", expected " << expected);
    CHECK(std::abs(seen[rank] - expected) < 5 * std::sqrt(expected));
  }
}

TEST_CASE("more ranks may come at any time, and billions cost nothing", "[client]") {
  Zipf zipf(1);
  Random random(1);
  for (int i = 0; i < 100; ++i) CHECK(zipf.Next(&random) == 0);
  zipf.Grow(1'000'000'000'000);
  std::uint64_t highest = 0;
  for (int i = 0; i < 10'000; ++i) highest = std::max(highest, zipf.Next(&random));
  CHECK(highest > 100'000'000'000);
  CHECK(highest < zipf.count());
}

}  // namespace
}  // namespace strata::load
