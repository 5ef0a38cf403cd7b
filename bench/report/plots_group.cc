// Plots of a group: all members beside each other, and time over the input.

#include <algorithm>
#include <cmath>
#include <map>

#include "report/density.h"
#include "report/plots.h"
#include "report/units.h"

namespace strata::report {
namespace {

constexpr double kLogFrom =
    20;  // The ratio of largest to smallest from which an axis is logarithmic.

std::string MemberName(const Finding& finding) {
  const BenchmarkId& id = finding.measured.id;
  return id.function + (id.value.empty() ? "" : "/" + id.value);
}

std::string AxisTime(double nanos) {
  const TimeUnit unit = UnitFor(nanos * 1.0001);
  char text[40];
  std::snprintf(text, sizeof(text), "%g %s", nanos / unit.nanos, unit.name);
  return text;
}

struct Range {
  double low = 0;
  double high = 0;
  bool log = false;
};

Range RangeOf(const std::vector<const Finding*>& members) {
  Range range;
  for (const Finding* member : members) {
    const std::vector<double> each = member->measured.AllSamples().PerIteration();
    const double low = Percentile(each, 1);
    const double high = Percentile(each, 99);
    range.low = range.low == 0 ? low : std::min(range.low, low);
    range.high = std::max(range.high, high);
  }
  range.log = range.high > kLogFrom * range.low;
  if (range.log) {
    range.low /= 1.3;
    range.high *= 1.3;
  } else {
    const double margin = (range.high - range.low) * 0.06 + range.high * 0.002;
    range.low = std::max(0.0, range.low - margin);
    range.high += margin;
  }
  return range;
}

// On a logarithmic axis the hill is that of the logarithms, or it would lean over.
Density ShapeOf(const Finding& finding, bool log) {
  std::vector<double> each = finding.measured.AllSamples().PerIteration();
  if (!log) return KernelDensity(each, 120);
  for (double& value : each) value = std::log(value);
  Density density = KernelDensity(each, 120);
  for (double& x : density.x) x = std::exp(x);
  return density;
}

}  // namespace

std::string ViolinFigure(const std::vector<const Finding*>& members) {
  const Range range = RangeOf(members);
  FigureText text{.title = "All members",
                  .reading =
                      "A row for each benchmark of the group. Its shape is the density of its "
                      "samples, mirrored and as high as every "
                      "other; the dot is the estimate. Wide shapes vary much, shapes with two "
                      "bulges are two things in one."};
  if (range.log) text.reading += " The axis is logarithmic: equal distances are equal ratios.";
  text.head = {"benchmark", "lower bound", "estimate", "upper bound"};
  Axis names{.low = -0.6, .high = static_cast<double>(members.size()) - 0.4};
  for (const Finding* member : members) {
    const Estimate& typical = member->estimates().typical();
    names.rows.push_back(MemberName(*member));
    text.rows.push_back({Escape(MemberName(*member)), FormatTime(typical.lower),
                         FormatTime(typical.point), FormatTime(typical.upper)});
  }
  return FigureOfHeight(text, 80 + 30 * static_cast<double>(members.size()), [&](PlotSize size) {
    Plot plot(size,
              {.label = "time of an iteration",
               .low = range.low,
               .high = range.high,
               .log = range.log,
               .format = AxisTime},
              names, "Densities of all members of the group");
    for (std::size_t i = 0; i < members.size(); ++i) {
      const Density density = ShapeOf(*members[i], range.log);
      const auto row = static_cast<double>(i);
      if (!density.x.empty()) {
        const double top = *std::max_element(density.y.begin(), density.y.end());
        std::vector<double> x;
        std::vector<double> y;
        for (std::size_t k = 0; k < density.x.size(); ++k) {
          if (density.x[k] < range.low || density.x[k] > range.high) continue;
          x.push_back(density.x[k]);
          y.push_back(row - 0.38 * density.y[k] / top);
        }
        for (std::size_t k = x.size(); k > 0; --k) {
          x.push_back(x[k - 1]);
          y.push_back(2 * row - y[k - 1]);
        }
        plot.Polygon(x, y, "blue");
      }
      plot.Point(members[i]->estimates().typical().point, row, "violet", 4);
    }
    return plot.Finish();
  });
}

std::string InputFigure(const std::vector<const Finding*>& members) {
  std::map<std::string, std::vector<std::pair<double, const Finding*>>> lines;
  for (const Finding* member : members) {
    if (const auto number = member->measured.id.number())
      lines[member->measured.id.function].push_back({*number, member});
  }
  std::erase_if(lines, [](const auto& line) { return line.second.size() < 3; });
  if (lines.empty() || lines.size() > kLineStyles.size()) return "";
  double x_low = 1e300;
  double x_high = 0;
  double y_low = 1e300;
  double y_high = 0;
  FigureText text{.title = "Time over the input",
                  .reading =
                      "A line for each function. On logarithmic axes a straight line is a power of "
                      "the input: flat is constant, "
                      "a rise of one decade for each decade is linear."};
  text.head = {"function", "input", "lower bound", "estimate", "upper bound"};
  for (auto& [function, line] : lines) {
    std::sort(line.begin(), line.end());
    for (const auto& [input, member] : line) {
      const Estimate& typical = member->estimates().typical();
      x_low = std::min(x_low, input);
      x_high = std::max(x_high, input);
      y_low = std::min(y_low, typical.point);
      y_high = std::max(y_high, typical.point);
      text.rows.push_back({Escape(function), TickText(input, 1), FormatTime(typical.lower),
                           FormatTime(typical.point), FormatTime(typical.upper)});
    }
  }
  const bool log_x = x_low > 0 && x_high > kLogFrom * x_low;
  const bool log_y = y_high > kLogFrom * y_low;
  return Figure(text, [&](PlotSize size) {
    Plot plot(size,
              {.label = "input",
               .low = log_x ? x_low / 1.15 : x_low,
               .high = log_x ? x_high * 1.15 : x_high,
               .log = log_x},
              {.label = "time",
               .low = log_y ? y_low / 1.3 : 0,
               .high = y_high * (log_y ? 1.3 : 1.08),
               .log = log_y,
               .format = AxisTime},
              "Time of an iteration over the input");
    std::vector<std::pair<std::string, std::string>> legend;
    legend.reserve(lines.size());
    std::size_t i = 0;
    for (const auto& [function, line] : lines) legend.emplace_back(kLineStyles[i++], function);
    plot.Legend(legend);
    i = 0;
    for (const auto& [function, line] : lines) {
      std::vector<double> x;
      std::vector<double> y;
      for (const auto& [input, member] : line) {
        x.push_back(input);
        y.push_back(member->estimates().typical().point);
        plot.Point(x.back(), y.back(), kLineStyles[i], 4);
      }
      plot.Line(x, y, kLineStyles[i++]);
    }
    return plot.Finish();
  });
}

}  // namespace strata::report
