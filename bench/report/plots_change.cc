// Plots of what resampling gave: distributions of statistics, changes, and the suite's changes.

#include <algorithm>
#include <cmath>

#include "report/density.h"
#include "report/plots.h"
#include "report/units.h"

namespace strata::report {
namespace {

struct Shading {
  double from = 0;
  double to = 0;
  const char* style = "";
};

// The hill of a distribution with its interval shaded below and the point estimate as a line.
std::string Hill(PlotSize size, const std::vector<double>& values, const Estimate& estimate,
                 const std::string& axis, Shading noise = {}) {
  const Density density = KernelDensity(values);
  if (density.x.empty()) return "<p>It doesn't vary.</p>";
  const double top = *std::max_element(density.y.begin(), density.y.end()) * 1.08;
  double low = std::min(density.x.front(), estimate.lower);
  double high = std::max(density.x.back(), estimate.upper);
  if (*noise.style != '\0') {
    low = std::min(low, noise.from * 1.2);
    high = std::max(high, noise.to * 1.2);
  }
  Plot plot(size, {.label = axis, .low = low, .high = high}, {.label = "", .low = 0, .high = top},
            axis);
  if (*noise.style != '\0') plot.VerticalBand(noise.from, noise.to, noise.style);
  std::vector<double> x;
  std::vector<double> y;
  for (std::size_t i = 0; i < density.x.size(); ++i) {
    if (density.x[i] < estimate.lower || density.x[i] > estimate.upper) continue;
    x.push_back(density.x[i]);
    y.push_back(density.y[i]);
  }
  plot.Area(x, y, "blue");
  plot.Line(density.x, density.y, "blue");
  plot.Vertical(estimate.point, "violet");
  return plot.Finish();
}

std::string TimeHill(const char* name, const std::vector<double>& nanos, const Estimate& estimate) {
  const TimeUnit unit = UnitFor(estimate.point);
  std::vector<double> values = nanos;
  for (double& value : values) value /= unit.nanos;
  const Estimate scaled{estimate.point / unit.nanos, 0, estimate.lower / unit.nanos,
                        estimate.upper / unit.nanos};
  const FigureText text{
      .title = name,
      .head = {"lower bound", "estimate", "upper bound", "standard error"},
      .rows = {{FormatTime(estimate.lower), FormatTime(estimate.point), FormatTime(estimate.upper),
                FormatTime(estimate.standard_error)}}};
  return SmallFigure(text, [&](PlotSize size) { return Hill(size, values, scaled, unit.name); });
}

std::vector<double> Percents(std::vector<double> fractions) {
  for (double& value : fractions) value *= 100;
  return fractions;
}

Estimate Percent(const Estimate& estimate) {
  return {estimate.point * 100, estimate.standard_error * 100, estimate.lower * 100,
          estimate.upper * 100};
}

std::string ChangeHill(const char* name, const std::vector<double>& values, const Estimate& change,
                       double noise) {
  const FigureText text{.title = name,
                        .head = {"lower bound", "estimate", "upper bound"},
                        .rows = {{FormatPercent(change.lower), FormatPercent(change.point),
                                  FormatPercent(change.upper)}}};
  return SmallFigure(text, [&](PlotSize size) {
    return Hill(size, Percents(values), Percent(change), "change (%)",
                {-100 * noise, 100 * noise, "red"});
  });
}

}  // namespace

std::string DistributionFigures(const Finding& finding) {
  const Distributions& d = finding.analysis.pooled.distributions;
  const Estimates& e = finding.estimates();
  std::vector<std::string> figures;
  if (e.slope) figures.push_back(TimeHill("Slope", d.slope, *e.slope));
  figures.push_back(TimeHill("Mean", d.mean, e.mean));
  figures.push_back(TimeHill("Median", d.median, e.median));
  figures.push_back(TimeHill("Standard deviation", d.std_dev, e.std_dev));
  figures.push_back(TimeHill("MAD", d.median_abs_dev, e.median_abs_dev));
  return FigureGrid(figures);
}

std::string BothDensitiesFigure(const Finding& finding) {
  const std::vector<double> now = finding.measured.AllSamples().PerIteration();
  const std::vector<double> old = finding.baseline->measured.AllSamples().PerIteration();
  const TimeUnit unit = UnitFor(Median(now));
  const auto density_of = [&](std::vector<double> values) {
    for (double& value : values) value /= unit.nanos;
    return KernelDensity(values);
  };
  const Density a = density_of(now);
  const Density b = density_of(old);
  const FigureText text{
      .title = "Now and before",
      .reading =
          "Blue: this run. Red: the baseline. Hills that lie on each other mean that nothing one "
          "could feel has changed; what "
          "counts is how far they are apart compared with how wide they are.",
      .head = {"", "mean", "median", "std. dev."},
      .rows = {
          {"now", FormatTime(Mean(now)), FormatTime(Median(now)), FormatTime(StdDev(now))},
          {"baseline", FormatTime(Mean(old)), FormatTime(Median(old)), FormatTime(StdDev(old))}}};
  return Figure(text, [&](PlotSize size) {
    if (a.x.empty() || b.x.empty()) return std::string("<p>The samples don't vary.</p>");
    const double top = std::max(*std::max_element(a.y.begin(), a.y.end()),
                                *std::max_element(b.y.begin(), b.y.end()));
    Plot plot(size,
              {.label = std::string("time of an iteration (") + unit.name + ")",
               .low = std::min(a.x.front(), b.x.front()),
               .high = std::max(a.x.back(), b.x.back())},
              {.label = "density", .low = 0, .high = top * 1.08, .format = FormatShort},
              "Densities of this run and of the baseline");
    plot.Legend({{"area blue", "now"}, {"area red", "baseline"}});
    plot.Area(b.x, b.y, "red");
    plot.Line(b.x, b.y, "red");
    plot.Area(a.x, a.y, "blue");
    plot.Line(a.x, a.y, "blue");
    return plot.Finish();
  });
}

std::string BothRegressionsFigure(const Finding& finding) {
  const Sample now = finding.measured.AllSamples();
  const Sample old = finding.baseline->measured.AllSamples();
  const Estimate& slope = *finding.estimates().slope;
  const auto& before = finding.baseline->analysis.pooled.estimates.slope;
  if (!before) return "";
  const double most = *std::max_element(now.iterations.begin(), now.iterations.end());
  const double high = std::max(slope.upper, before->upper) * most;
  const TimeUnit unit = UnitFor(high);
  const FigureText text{
      .title = "Both lines",
      .reading =
          "The fitted lines of this run (blue) and of the baseline (red), each with the wedge of "
          "its interval. "
          "Wedges that overlap far out can't be told apart.",
      .head = {"", "lower bound", "slope", "upper bound"},
      .rows = {{"now", FormatTime(slope.lower), FormatTime(slope.point), FormatTime(slope.upper)},
               {"baseline", FormatTime(before->lower), FormatTime(before->point),
                FormatTime(before->upper)}}};
  return Figure(text, [&](PlotSize size) {
    Plot plot(size, {.label = "iterations", .low = 0, .high = most},
              {.label = std::string("total time (") + unit.name + ")",
               .low = 0,
               .high = high / unit.nanos * 1.04},
              "Fitted lines of this run and of the baseline");
    plot.Legend({{"blue", "now"}, {"red", "baseline"}});
    const auto wedge = [&](const Estimate& e, const char* style) {
      plot.Polygon({0, most, most}, {0, e.lower * most / unit.nanos, e.upper * most / unit.nanos},
                   style);
      plot.Line({0, most}, {0, e.point * most / unit.nanos}, style);
    };
    wedge(*before, "red");
    wedge(slope, "blue");
    return plot.Finish();
  });
}

std::string ChangeFigures(const Finding& finding, double noise_threshold) {
  const Change& change = finding.baseline->change;
  std::vector<std::string> figures = {
      ChangeHill("Change of the mean", change.mean_distribution, change.mean, noise_threshold),
      ChangeHill("Change of the median", change.median_distribution, change.median,
                 noise_threshold)};
  const FigureText text{
      .title = "If nothing had changed",
      .head = {"t", "p", "p for the suite"},
      .rows = {{FormatShort(change.t), FormatPValue(change.p), FormatPValue(change.p_adjusted)}}};
  figures.push_back(SmallFigure(text, [&](PlotSize size) {
    const Density density = KernelDensity(change.null);
    if (density.x.empty()) return std::string("<p>It doesn't vary.</p>");
    const double reach =
        std::max({std::abs(change.t) * 1.1, std::abs(density.x.front()), density.x.back()});
    const double far = std::min(reach, std::max(8.0, std::abs(change.t) * 1.1));
    Plot plot(size, {.label = "t statistic", .low = -far, .high = far},
              {.label = "",
               .low = 0,
               .high = *std::max_element(density.y.begin(), density.y.end()) * 1.08},
              "The t statistic among those of a world without change");
    std::vector<double> x;
    std::vector<double> y;
    for (std::size_t i = 0; i < density.x.size(); ++i) {
      if (std::abs(density.x[i]) > far) continue;
      x.push_back(density.x[i]);
      y.push_back(density.y[i]);
    }
    plot.Area(x, y, "soft");
    plot.Line(x, y, "soft");
    plot.Vertical(change.t, "violet", "measured");
    return plot.Finish();
  }));
  return FigureGrid(figures);
}

std::string ForestFigure(const Suite& suite) {
  std::vector<const Finding*> rows;
  for (const Finding& finding : suite.findings) {
    if (finding.baseline) rows.push_back(&finding);
  }
  if (rows.empty()) return "";
  std::sort(rows.begin(), rows.end(), [](const Finding* a, const Finding* b) {
    return a->baseline->change.typical.point > b->baseline->change.typical.point;
  });
  FigureText text{.title = "Changes against the baseline",
                  .reading =
                      "One row a benchmark: the estimate of its change and the interval around it; "
                      "to the right is slower. A bar that "
                      "crosses the middle is no change. The red band is the noise threshold: "
                      "changes inside it don't matter, "
                      "however sure they are. Colours follow the verdict, which also asks for a p "
                      "value that holds for the whole "
                      "suite."};
  text.head = {"benchmark", "lower bound", "change", "upper bound", "verdict"};
  Axis names{.low = -0.6, .high = static_cast<double>(rows.size()) - 0.4};
  double reach = 3 * suite.options.noise_threshold;
  for (const Finding* row : rows) {
    const Change& change = row->baseline->change;
    names.rows.push_back(row->measured.id.full());
    reach =
        std::max({reach, std::abs(change.typical.point) * 1.2,
                  std::min({std::abs(change.typical.lower), std::abs(change.typical.upper), 1.0})});
    text.rows.push_back({Escape(row->measured.id.full()), FormatPercent(change.typical.lower),
                         FormatPercent(change.typical.point), FormatPercent(change.typical.upper),
                         Name(change.verdict)});
  }
  return FigureOfHeight(text, 80 + 22 * static_cast<double>(rows.size()), [&](PlotSize size) {
    Plot plot(size, {.label = "change of time (%)", .low = -100 * reach, .high = 100 * reach},
              names, "Changes with their intervals");
    plot.VerticalBand(-100 * suite.options.noise_threshold, 100 * suite.options.noise_threshold,
                      "red");
    plot.Vertical(0, "soft");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Change& change = rows[i]->baseline->change;
      const char* const style = change.verdict == Verdict::kImproved    ? "green"
                                : change.verdict == Verdict::kRegressed ? "red"
                                                                        : "soft";
      plot.Bar(std::max(change.typical.lower, -reach) * 100,
               std::min(change.typical.upper, reach) * 100, static_cast<double>(i), 3,
               std::string("faint ") + style);
      plot.Point(change.typical.point * 100, static_cast<double>(i), style, 4);
    }
    return plot.Finish();
  });
}

}  // namespace strata::report
