#include "peers/growth_page.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "report/html.h"

namespace strata::peers {
namespace {

using ByEngine = std::map<std::string, std::map<std::uint64_t, double>>;

constexpr double kLogFrom = 20;  // The ratio of largest to smallest from which an axis is such.

// The same colour on every chart.
const char* StyleOf(const std::string& engine) {
  if (engine == "strata") return "blue";
  if (engine == "rocksdb") return "red";
  if (engine == "leveldb") return "green";
  return engine == "lmdb" ? "amber" : "violet";
}

std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.4g", value);
  return text;
}

std::string SizeOf(double bytes) {
  const bool large = bytes >= 1 << 30;
  return Number(bytes / (large ? 1 << 30 : 1 << 20)) + (large ? " GiB" : " MiB");
}

// A step to the right is twice as much data, so that ticks are at round sizes.
double PlaceOf(std::uint64_t bytes) {
  return std::log2(static_cast<double>(bytes));
}

struct Range {
  double low = 1e300;
  double high = 0;

  void Take(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool log() const { return low > 0 && high > kLogFrom * low; }
};

std::string Draw(report::PlotSize size, const GrowthMetric& metric, const ByEngine& engines) {
  Range x;
  Range y;
  for (const auto& [engine, points] : engines) {
    for (const auto& [bytes, value] : points) {
      x.Take(PlaceOf(bytes));
      y.Take(value);
    }
  }
  report::Plot plot(size,
                    {.label = "data",
                     .low = x.low - 0.2,
                     .high = x.high + 0.2,
                     .format = [](double place) { return SizeOf(std::exp2(place)); }},
                    {.label = metric.title,
                     .low = y.log() ? y.low / 1.3 : 0,
                     .high = std::max(y.high, 1e-9) * (y.log() ? 1.3 : 1.08),
                     .log = y.log()},
                    metric.title + " over the size of the data");
  std::vector<std::pair<std::string, std::string>> legend;
  for (const auto& [engine, points] : engines) legend.emplace_back(StyleOf(engine), engine);
  plot.Legend(legend);
  for (const auto& [engine, points] : engines) {
    std::vector<double> xs;
    std::vector<double> ys;
    for (const auto& [bytes, value] : points) {
      xs.push_back(PlaceOf(bytes));
      ys.push_back(value);
      plot.Point(xs.back(), ys.back(), StyleOf(engine), 4);
    }
    plot.Line(xs, ys, StyleOf(engine));
  }
  return plot.Finish();
}

std::string FigureOf(const GrowthMetric& metric, const ByEngine& engines) {
  report::FigureText text{
      .title = metric.title,
      .reading = metric.higher_is_better ? "Higher is better." : "Lower is better."};
  text.head = {"engine"};
  const auto longest = std::max_element(
      engines.begin(), engines.end(),
      [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
  for (const auto& [bytes, value] : longest->second) {
    text.head.push_back(SizeOf(static_cast<double>(bytes)));
  }
  for (const auto& [engine, points] : engines) {
    std::vector<std::string> row = {engine};
    for (const auto& [bytes, value] : points) row.push_back(Number(value));
    row.resize(text.head.size(), "–");
    text.rows.push_back(std::move(row));
  }
  return report::Figure(text, [&](report::PlotSize size) { return Draw(size, metric, engines); });
}

}  // namespace

std::string GrowthPage(const Config& config, const Growth& growth) {
  std::string body = report::Paragraph(
      "One store of each engine grows to each size, values of " +
      std::to_string(config.value_size) +
      " bytes in scattered order. Loads and what they cost are those of the last stretch; reads "
      "and "
      "scans are measured at that size, one thread, after the store has settled. A cost that stays "
      "flat as the data grows is a level line. docs/performance.md says how the engines are set "
      "up.");
  for (const std::string& note : growth.collected.notes) {
    body += "<p class=\"warning\">" + report::Escape(note) + "</p>\n";
  }
  for (const GrowthMetric& metric : GrowthMetrics()) {
    const auto found = growth.points.find(metric.name);
    if (found != growth.points.end()) body += FigureOf(metric, found->second);
  }
  return report::Page("The same costs as data grows", {}, body);
}

}  // namespace strata::peers
