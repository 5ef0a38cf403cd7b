#include "stats/durations.h"

#include <catch2/catch.hpp>

#include "stats/request_times.h"

namespace strata {
namespace {

TEST_CASE("a duration is counted at the first bound that it doesn't exceed", "[observability]") {
  CHECK(Durations::BucketOf(0) == 0);
  for (std::size_t i = 0; i < kDurationBounds.size(); ++i) {
    CAPTURE(i, kDurationBounds[i]);
    CHECK(Durations::BucketOf(kDurationBounds[i]) == i);
    CHECK(Durations::BucketOf(kDurationBounds[i] + 1) == i + 1);
    if (i > 0) CHECK(kDurationBounds[i] > kDurationBounds[i - 1]);
  }
  CHECK(Durations::BucketOf(~std::uint64_t{0}) == kDurationBounds.size());
  CHECK(kDurationBounds.front() == 1'000);
  CHECK(kDurationBounds.back() == 10'000'000'000);
}

TEST_CASE("percentiles lie in the bucket of their value", "[observability]") {
  Durations durations;
  CHECK(durations.Read().Percentile(99) == 0);
  for (std::uint64_t i = 1; i <= 1'000; ++i) durations.Record(i * 1'000);  // 1 to 1,000 µs.
  const DurationCounts counts = durations.Read();
  CHECK(counts.count() == 1'000);
  CHECK(counts.mean_nanos() == 500'500);
  for (const double percent : {1.0, 10.0, 50.0, 90.0, 99.0, 99.9}) {
    CAPTURE(percent);
    CHECK(static_cast<double>(counts.Percentile(percent)) ==
          Approx(percent * 10'000).margin(3'000).epsilon(0.05));
  }
  CHECK(counts.Percentile(100) == 1'000'000);
  durations.Record(~std::uint64_t{0} / 2);
  CHECK(durations.Read().Percentile(100) == kDurationBounds.back());
}

TEST_CASE("what came between two moments is their difference", "[observability]") {
  RequestTimes times;
  times.Record(RequestKind::kRead, 5'000);
  const DurationCounts before = times.Read(RequestKind::kRead);
  times.Record(RequestKind::kRead, 90'000, 3);
  times.Record(RequestKind::kWrite, 1);
  const DurationCounts window = times.Read(RequestKind::kRead).Since(before);
  CHECK(window.count() == 3);
  CHECK(window.sum_nanos == 270'000);
  CHECK(window.counts[Durations::BucketOf(90'000)] == 3);
  CHECK(times.Read(RequestKind::kWrite).count() == 1);
  CHECK(times.Read(RequestKind::kScan).count() == 0);
}

}  // namespace
}  // namespace strata
