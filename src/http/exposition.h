// The text that Prometheus reads (https://prometheus.io/docs/instrumenting/exposition_formats,
// version 0.0.4): families of samples, each with its help and its type.
//
//   # HELP strata_request_duration_seconds How long requests took.
//   # TYPE strata_request_duration_seconds histogram
//   strata_request_duration_seconds_bucket{api="redis",op="read",le="0.001"} 41
//   ...
//
// Thread safety: none.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stats/durations.h"

namespace strata::http {

enum class MetricType : std::uint8_t { kCounter, kGauge, kHistogram };

using Label = std::pair<std::string_view, std::string>;  // Name and value.
using Labels = std::vector<Label>;

class Exposition {
 public:
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

  // Samples that follow are of this family. A family comes once.
  void Begin(std::string_view name, MetricType type, std::string_view help);
  void Sample(const Labels& labels, double value);
  void Sample(double value) { Sample({}, value); }

  // A histogram of the family: at each of ToldBounds how many values don't exceed it, then all of
  // them, their sum and their count. `buckets` are finer ones: the largest value (nanoseconds) and
  // the count of each, smallest first, as strata::Histogram::Buckets gives them. One that straddles
  // a bound is counted at the next, so a count may be late by a bucket, and is never early.
  using Bucket = std::pair<std::uint64_t, std::uint64_t>;
  void Histogram(const Labels& labels, std::span<const Bucket> buckets, std::uint64_t sum_nanos);
  void Histogram(const Labels& labels, const DurationCounts& durations);

  const std::string& text() const { return text_; }
  std::string Take() { return std::move(text_); }

 private:
  void Line(std::string_view suffix, const Labels& labels, std::string_view le, double value);

  std::string text_;
  std::string family_;
};

// What a number looks like there: "41", "0.25", "+Inf".
std::string NumberText(double value);

// The bounds that are told: each third of kDurationBounds, 1, 2 (where it is one) and 5 of a
// decade.
std::span<const std::uint64_t> ToldBounds();

}  // namespace strata::http
