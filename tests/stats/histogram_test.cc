#include "stats/histogram.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <thread>
#include <vector>

#include "base/random.h"

namespace strata {
namespace {

TEST_CASE("a histogram lists its buckets in ascending order", "[background-work]") {
  Histogram histogram;
  CHECK(histogram.Buckets().empty());
  for (const std::uint64_t value : {7, 1000, 7, 1001, 40'000}) histogram.Record(value);
  const auto buckets = histogram.Buckets();
  REQUIRE(buckets.size() == 3);
  CHECK(buckets[0] == std::pair<std::uint64_t, std::uint64_t>(7, 2));
  CHECK(buckets[1].first >= 1001);
  CHECK(buckets[1].second == 2);
  CHECK(buckets[2].second == 1);
}

TEST_CASE("an empty histogram is all zeros", "[map-and-shell]") {
  const Histogram histogram;
  CHECK(histogram.count() == 0);
  CHECK(histogram.mean() == 0);
  CHECK(histogram.max() == 0);
  CHECK(histogram.Percentile(99) == 0);
}

TEST_CASE("small values are exact", "[map-and-shell]") {
  Histogram histogram;
  for (std::uint64_t value = 1; value <= 20; ++value) histogram.Record(value);
  CHECK(histogram.count() == 20);
  CHECK(histogram.sum() == 210);
  CHECK(histogram.mean() == 10.5);
  CHECK(histogram.max() == 20);
  CHECK(histogram.Percentile(0) == 1);
  CHECK(histogram.Percentile(5) == 1);
  CHECK(histogram.Percentile(50) == 10);
  CHECK(histogram.Percentile(51) == 11);
  CHECK(histogram.Percentile(100) == 20);
}

TEST_CASE("every value is kept within one part in 32", "[map-and-shell]") {
  const auto check = [](std::uint64_t value) {
    CAPTURE(value);
    Histogram histogram;
    histogram.Record(value);
    histogram.Record(UINT64_MAX);  // So that the maximum doesn't hide the bucket's bound.
    const std::uint64_t seen = histogram.Percentile(50);
    REQUIRE(seen >= value);
    REQUIRE(seen - value <= value / 32);
  };
  for (int bit = 0; bit < 63; ++bit) {
    const std::uint64_t power = std::uint64_t{1} << bit;
    for (const std::uint64_t value : {power - 1, power, power + 1, power + power / 3}) check(value);
  }
  Random random(1);
  for (int i = 0; i < 200; ++i) check(random.Next() >> random.Between(1, 60));
}

TEST_CASE("percentiles are those of the sorted values", "[map-and-shell]") {
  Random random(2);
  Histogram histogram;
  std::vector<std::uint64_t> values;
  for (int i = 0; i < 10'000; ++i) {
    values.push_back(random.Next() >> random.Between(20, 60));
    histogram.Record(values.back());
  }
  std::sort(values.begin(), values.end());
  for (const double percent : {1.0, 10.0, 50.0, 90.0, 99.0, 99.9, 100.0}) {
    CAPTURE(percent);
    const auto rank = static_cast<std::size_t>(percent * 100);
    const std::uint64_t exact = values[rank - 1];
    CHECK(histogram.Percentile(percent) >= exact);
    CHECK(histogram.Percentile(percent) <= exact + exact / 32);
  }
  CHECK(histogram.Percentile(100) == values.back());
}

TEST_CASE("merged histograms are one of all values", "[map-and-shell]") {
  Histogram first;
  Histogram second;
  for (std::uint64_t value = 0; value < 100; ++value)
    (value % 2 == 0 ? first : second).Record(value);
  first.MergeFrom(second);
  CHECK(first.count() == 100);
  CHECK(first.sum() == 4950);
  CHECK(first.max() == 99);
  CHECK(first.Percentile(20) == 19);
  first.Reset();
  CHECK(first.count() == 0);
  CHECK(first.max() == 0);
  CHECK(second.count() == 50);
}

TEST_CASE("threads may record at once", "[map-and-shell]") {
  Histogram histogram;
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t i = 0; i < 4; ++i) {
      threads.emplace_back([&histogram, i] {
        for (std::uint64_t n = 0; n < 5000; ++n) histogram.Record(n + i);
      });
    }
  }
  CHECK(histogram.count() == 20'000);
  CHECK(histogram.max() == 5002);
}

}  // namespace
}  // namespace strata
