#include "http/exposition.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <limits>

namespace strata::http {
namespace {

TEST_CASE("a family is its help, its type and its samples", "[observability]") {
  Exposition out;
  out.Begin("strata_things_total", MetricType::kCounter, "Things, \\ and\nmore \"things\".");
  out.Sample({{"kind", "a\"b\\c\nd"}, {"other", "x"}}, 3);
  out.Sample(0.25);
  CHECK(out.text() ==
        "# HELP strata_things_total Things, \\\\ and\\nmore \"things\".\n"
        "# TYPE strata_things_total counter\n"
        "strata_things_total{kind=\"a\\\"b\\\\c\\nd\",other=\"x\"} 3\n"
        "strata_things_total 0.25\n");
}

TEST_CASE("numbers are written so that they come back", "[observability]") {
  CHECK(NumberText(0) == "0");
  CHECK(NumberText(41) == "41");
  CHECK(NumberText(-2) == "-2");
  CHECK(NumberText(0.1) == "0.1");
  CHECK(NumberText(1e-6) == "1e-06");
  CHECK(NumberText(9007199254740991.0) == "9007199254740991");
  CHECK(NumberText(1e300) == "1e+300");
  CHECK(NumberText(std::numeric_limits<double>::infinity()) == "+Inf");
  CHECK(NumberText(-std::numeric_limits<double>::infinity()) == "-Inf");
  CHECK(NumberText(std::numeric_limits<double>::quiet_NaN()) == "NaN");
}

// The value of the sample whose line begins so.
double Value(const std::string& text, const std::string& begin) {
  const std::size_t at = text.find("\n" + begin + " ");
  REQUIRE(at != std::string::npos);
  return std::stod(text.substr(at + begin.size() + 2));
}

TEST_CASE("a histogram counts up, and ends with all", "[observability]") {
  Exposition out;
  out.Begin("d_seconds", MetricType::kHistogram, "D.");
  // Up to 1 ms exactly; from there to 1.5 ms; to 11 ms, which straddles 10 ms; a minute.
  const std::vector<Exposition::Bucket> buckets = {
      {1'000'000, 1}, {1'500'000, 2}, {11'000'000, 4}, {60'000'000'000, 8}};
  out.Histogram({{"op", "read"}}, buckets, 1'500'000'000);
  const std::string text = out.text();
  const auto up_to = [&](const std::string& le) {
    return Value(text, "d_seconds_bucket{op=\"read\",le=\"" + le + "\"}");
  };
  CHECK(up_to("5e-04") == 0);
  CHECK(up_to("0.001") == 1);
  CHECK(up_to("0.002") == 3);
  CHECK(up_to("0.005") == 3);
  CHECK(up_to("0.01") == 3);  // Some of the four may be longer: never early.
  CHECK(up_to("0.02") == 7);
  CHECK(up_to("10") == 7);
  CHECK(up_to("+Inf") == 15);
  CHECK(Value(text, "d_seconds_sum{op=\"read\"}") == 1.5);
  CHECK(Value(text, "d_seconds_count{op=\"read\"}") == 15);
  CHECK(std::count(text.begin(), text.end(), '\n') == 2 + 22 + 3);
}

TEST_CASE("a histogram without values is all zeros", "[observability]") {
  Exposition out;
  out.Begin("d_seconds", MetricType::kHistogram, "D.");
  out.Histogram({}, std::vector<Exposition::Bucket>{}, 0);
  CHECK(Value(out.text(), "d_seconds_bucket{le=\"+Inf\"}") == 0);
  CHECK(Value(out.text(), "d_seconds_count") == 0);
  CHECK(std::count(out.text().begin(), out.text().end(), '\n') == 2 + 22 + 3);
}

TEST_CASE("durations are told at bounds that they don't exceed", "[observability]") {
  Durations durations;
  durations.Record(1'000);           // 1 µs, exactly at a bound;
  durations.Record(1'001);           // behind it;
  durations.Record(40'000'000);      // 40 ms;
  durations.Record(60'000'000'000);  // a minute, beyond all.
  Exposition out;
  out.Begin("d_seconds", MetricType::kHistogram, "D.");
  out.Histogram({}, durations.Read());
  const std::string text = "\n" + out.text();
  CHECK(Value(text, "d_seconds_bucket{le=\"1e-06\"}") == 1);
  CHECK(Value(text, "d_seconds_bucket{le=\"2e-06\"}") == 2);
  CHECK(Value(text, "d_seconds_bucket{le=\"0.02\"}") == 2);
  CHECK(Value(text, "d_seconds_bucket{le=\"0.05\"}") == 3);
  CHECK(Value(text, "d_seconds_bucket{le=\"10\"}") == 3);
  CHECK(Value(text, "d_seconds_bucket{le=\"+Inf\"}") == 4);
  CHECK(Value(text, "d_seconds_count") == 4);
  CHECK(Value(text, "d_seconds_sum") == Approx(60.040002001));
}

TEST_CASE("bounds that are told are among those that are kept", "[observability]") {
  std::uint64_t before = 0;
  for (const std::uint64_t bound : ToldBounds()) {
    CHECK(bound > before);
    CHECK(std::find(kDurationBounds.begin(), kDurationBounds.end(), bound) !=
          kDurationBounds.end());
    before = bound;
  }
  CHECK(ToldBounds().front() == 1'000);
  CHECK(ToldBounds().back() == 10'000'000'000);
}

}  // namespace
}  // namespace strata::http
