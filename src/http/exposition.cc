#include "http/exposition.h"

#include <array>
#include <charconv>
#include <cmath>

namespace strata::http {
namespace {

double Seconds(std::uint64_t nanos) {
  return static_cast<double>(nanos) / 1e9;
}

std::string_view NameOf(MetricType type) {
  switch (type) {
    case MetricType::kCounter:
      return "counter";
    case MetricType::kGauge:
      return "gauge";
    default:
      return "histogram";
  }
}

// In a help a line break would begin a sample; in a label a quote would end it, too.
std::string Escaped(std::string_view text, bool in_quotes) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\\' || (c == '"' && in_quotes)) escaped += '\\';
    if (c == '\n') {
      escaped += "\\n";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

// 1, 2 and 5 of each decade, from 1 µs to 10 s.
constexpr std::array<std::uint64_t, 22> kToldBounds = [] {
  std::array<std::uint64_t, 22> told{};
  for (std::size_t i = 0; i < 22; ++i) {
    constexpr std::array<std::size_t, 3> kPlaces = {0, 2, 4};  // Of 1, 1.5, 2, 3, 5, 7.
    told[i] = kDurationBounds[i / 3 * 6 + kPlaces[i % 3]];
  }
  return told;
}();

}  // namespace

std::string NumberText(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 64> text;
  constexpr double kWholeMax = 9e15;
  const bool whole = value == std::floor(value) && std::abs(value) < kWholeMax;
  const auto [end, error] = whole ? std::to_chars(text.data(), text.data() + text.size(),
                                                  static_cast<std::int64_t>(value))
                                  : std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), end};
}

std::span<const std::uint64_t> ToldBounds() {
  return kToldBounds;
}

void Exposition::Begin(std::string_view name, MetricType type, std::string_view help) {
  family_ = name;
  text_ += "# HELP " + family_ + " " + Escaped(help, /*in_quotes=*/false) + "\n";
  text_ += "# TYPE " + family_ + " " + std::string(NameOf(type)) + "\n";
}

void Exposition::Sample(const Labels& labels, double value) {
  Line("", labels, "", value);
}

void Exposition::Line(std::string_view suffix, const Labels& labels, std::string_view le,
                      double value) {
  text_ += family_;
  text_ += suffix;
  char separator = '{';
  for (const auto& [name, text] : labels) {
    text_ += separator + std::string(name) + "=\"" + Escaped(text, /*in_quotes=*/true) + "\"";
    separator = ',';
  }
  if (!le.empty()) {
    text_ += separator + std::string("le=\"") + std::string(le) + "\"";
    separator = ',';
  }
  if (separator == ',') text_ += '}';
  text_ += " " + NumberText(value) + "\n";
}

void Exposition::Histogram(const Labels& labels, std::span<const Bucket> buckets,
                           std::uint64_t sum_nanos) {
  std::uint64_t count = 0;
  for (const std::uint64_t bound : ToldBounds()) {
    while (!buckets.empty() && buckets.front().first <= bound) {
      count += buckets.front().second;
      buckets = buckets.subspan(1);
    }
    Line("_bucket", labels, NumberText(Seconds(bound)), static_cast<double>(count));
  }
  for (const Bucket& beyond : buckets) count += beyond.second;
  Line("_bucket", labels, "+Inf", static_cast<double>(count));
  Line("_sum", labels, "", Seconds(sum_nanos));
  Line("_count", labels, "", static_cast<double>(count));
}

void Exposition::Histogram(const Labels& labels, const DurationCounts& durations) {
  std::vector<Bucket> buckets;
  buckets.reserve(durations.counts.size());
  for (std::size_t i = 0; i < kDurationBounds.size(); ++i) {
    buckets.emplace_back(kDurationBounds[i], durations.counts[i]);
  }
  buckets.emplace_back(~std::uint64_t{0}, durations.counts.back());
  Histogram(labels, buckets, durations.sum_nanos);
}

}  // namespace strata::http
