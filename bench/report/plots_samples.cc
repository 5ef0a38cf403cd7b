// Plots of the samples themselves: density, regression, iteration times, launches.

#include <algorithm>

#include "report/density.h"
#include "report/plots.h"
#include "report/units.h"

namespace strata::report {
namespace {

std::string StyleOf(Outlier outlier) {
  switch (outlier) {
    case Outlier::kClean:
      return "blue";
    case Outlier::kLowMild:
    case Outlier::kHighMild:
      return "amber";
    default:
      return "red";
  }
}

const char* NameOf(Outlier outlier) {
  switch (outlier) {
    case Outlier::kLowSevere:
      return "low severe";
    case Outlier::kLowMild:
      return "low mild";
    case Outlier::kClean:
      return "clean";
    case Outlier::kHighMild:
      return "high mild";
    case Outlier::kHighSevere:
      return "high severe";
  }
  return "";
}

double Largest(const std::vector<double>& values) {
  return *std::max_element(values.begin(), values.end());
}
double Smallest(const std::vector<double>& values) {
  return *std::min_element(values.begin(), values.end());
}

std::vector<double> Scaled(std::vector<double> values, double unit) {
  for (double& value : values) value /= unit;
  return values;
}

std::string ToText(double value) {
  return FormatShort(value);
}

// The samples as rows of a table: iterations, total, per iteration, what the fences say.
FigureText WithSamples(FigureText text, const Finding& finding) {
  const Sample all = finding.measured.AllSamples();
  const std::vector<double> each = all.PerIteration();
  text.head = {"sample", "iterations", "total", "per iteration", "outlier"};
  for (std::size_t i = 0; i < each.size(); ++i) {
    text.rows.push_back(
        {std::to_string(i + 1), std::to_string(static_cast<std::int64_t>(all.iterations[i])),
         FormatTime(all.times[i]), FormatTime(each[i]), NameOf(Classify(finding.fences, each[i]))});
  }
  return text;
}

void AddFences(const Fences& fences, double unit, Plot* plot) {
  plot->Vertical(fences.low_severe / unit, "red dashed");
  plot->Vertical(fences.low_mild / unit, "amber dashed");
  plot->Vertical(fences.high_mild / unit, "amber dashed");
  plot->Vertical(fences.high_severe / unit, "red dashed");
}

}  // namespace

std::string DensityFigure(const Finding& finding) {
  const Sample all = finding.measured.AllSamples();
  const std::vector<double> each = all.PerIteration();
  const TimeUnit unit = UnitFor(Median(each));
  const Density density = KernelDensity(Scaled(each, unit.nanos));
  const FigureText text =
      WithSamples({.title = "How the samples are distributed",
                   .reading = "The shaded hill shows where the times of an iteration lie: the "
                              "higher, the more samples took about that "
                              "long. One narrow hill is what one hopes for; two hills are two "
                              "different things being measured "
                              "(a cache that sometimes misses, a clock that changes). Each dot is "
                              "a sample, drawn the higher the more "
                              "iterations it has. Dots beyond the dashed fences are outliers: mild "
                              "(amber, 1.5 interquartile ranges out) "
                              "or severe (red, 3). They are counted and shown, and never dropped."},
                  finding);
  return Figure(text, [&](PlotSize size) {
    if (density.x.empty()) return std::string("<p>All samples are the same.</p>");
    const double top = Largest(density.y) * 1.08;
    Plot plot(size,
              {.label = std::string("time of an iteration (") + unit.name + ")",
               .low = density.x.front(),
               .high = density.x.back()},
              {.label = "density", .low = 0, .high = top, .format = ToText},
              "Density of the samples of " + finding.measured.id.full());
    plot.Legend({{"area blue", "density"},
                 {"blue", "sample"},
                 {"amber", "mild outlier"},
                 {"red", "severe outlier"}});
    AddFences(finding.fences, unit.nanos, &plot);
    plot.Area(density.x, density.y, "blue");
    plot.Line(density.x, density.y, "blue");
    const double most = Largest(all.iterations);
    for (std::size_t i = 0; i < each.size(); ++i) {
      const double height = all.linear
                                ? all.iterations[i] / most
                                : static_cast<double>(i + 1) / static_cast<double>(each.size());
      plot.Point(each[i] / unit.nanos, height * top * 0.9,
                 StyleOf(Classify(finding.fences, each[i])));
    }
    plot.Vertical(finding.estimates().mean.point / unit.nanos, "violet", "mean");
    return plot.Finish();
  });
}

std::string RegressionFigure(const Finding& finding) {
  const Sample all = finding.measured.AllSamples();
  const Estimate& slope = *finding.estimates().slope;
  const double most = Largest(all.iterations);
  const TimeUnit unit = UnitFor(Largest(all.times));
  const std::vector<double> each = all.PerIteration();
  const FigureText text =
      WithSamples({.title = "Time against iterations",
                   .reading = "Each dot is a sample: how many iterations it ran, and how long they "
                              "took together. If every iteration costs "
                              "the same, the dots lie on a line through the origin, and its slope "
                              "is the time of one. The wedge is the "
                              "interval of that slope. Dots above the line were disturbed; a bend "
                              "means that later iterations cost more "
                              "than earlier ones. The samples ran in shuffled order, so a drift of "
                              "the machine doesn't bend the line."},
                  finding);
  return Figure(text, [&](PlotSize size) {
    const double high = std::max(Largest(all.times), slope.upper * most) / unit.nanos * 1.04;
    Plot plot(size, {.label = "iterations", .low = 0, .high = most * 1.02},
              {.label = std::string("total time (") + unit.name + ")", .low = 0, .high = high},
              "Total time against iterations, with the fitted line");
    plot.Legend(
        {{"blue", "sample"}, {"line-key violet", "fitted slope"}, {"area violet", "its interval"}});
    plot.Polygon({0, most, most},
                 {0, slope.lower * most / unit.nanos, slope.upper * most / unit.nanos}, "violet");
    for (std::size_t i = 0; i < all.size(); ++i) {
      plot.Point(all.iterations[i], all.times[i] / unit.nanos,
                 StyleOf(Classify(finding.fences, each[i])));
    }
    plot.Line({0, most}, {0, slope.point * most / unit.nanos}, "violet");
    return plot.Finish();
  });
}

std::string IterationTimesFigure(const Finding& finding) {
  const std::vector<double> each = finding.measured.AllSamples().PerIteration();
  const TimeUnit unit = UnitFor(Median(each));
  const FigureText text =
      WithSamples({.title = "Samples in the order of measurement",
                   .reading = "One dot a sample, from the first to the last. The body is too slow "
                              "(or its author fixed its iterations) for a "
                              "series of growing counts, so each sample ran the same number. A "
                              "slope means that the machine or the store "
                              "changed while it was measured; runs of neighbours on one side of "
                              "the line mean that samples resemble each "
                              "other, and then the intervals are made from blocks of them."},
                  finding);
  return Figure(text, [&](PlotSize size) {
    const double low = Smallest(each) / unit.nanos;
    const double high = Largest(each) / unit.nanos;
    const double margin = std::max((high - low) * 0.1, high * 0.002);
    Plot plot(size, {.label = "sample", .low = 0, .high = static_cast<double>(each.size()) + 1},
              {.label = std::string("per iteration (") + unit.name + ")",
               .low = std::max(0.0, low - margin),
               .high = high + margin},
              "Time of an iteration, sample after sample");
    plot.Legend({{"blue", "sample"}, {"amber", "mild outlier"}, {"red", "severe outlier"}});
    plot.Horizontal(finding.estimates().mean.point / unit.nanos, "violet", "mean");
    for (std::size_t i = 0; i < each.size(); ++i) {
      plot.Point(static_cast<double>(i + 1), each[i] / unit.nanos,
                 StyleOf(Classify(finding.fences, each[i])), 3);
    }
    return plot.Finish();
  });
}

std::string LaunchFigure(const Finding& finding) {
  const std::vector<Sample>& launches = finding.measured.launches;
  const std::vector<double> each = finding.measured.AllSamples().PerIteration();
  const TimeUnit unit = UnitFor(Median(each));
  FigureText text{.title = "Launches",
                  .reading =
                      "One row for each process that ran this benchmark; small dots are samples, "
                      "the large one is the launch's estimate. "
                      "Rows that lie apart from each other differ by what a process keeps for "
                      "life: where its memory lies, the state "
                      "of the page cache, the clock rate. The interval of the estimate is made "
                      "from these large dots, because more "
                      "samples of one launch can't tell what the next launch will do."};
  text.head = {"launch", "samples", "estimate", "lower bound", "upper bound"};
  Axis rows{.low = -0.6, .high = static_cast<double>(launches.size()) - 0.4};
  for (std::size_t k = 0; k < launches.size(); ++k) {
    const Estimate& typical = finding.analysis.each[k].estimates.typical();
    rows.rows.push_back("launch " + std::to_string(k + 1));
    text.rows.push_back({std::to_string(k + 1), std::to_string(launches[k].size()),
                         FormatTime(typical.point), FormatTime(typical.lower),
                         FormatTime(typical.upper)});
  }
  const double low = Percentile(each, 1) / unit.nanos;
  const double high = Percentile(each, 99) / unit.nanos;
  const double margin = std::max((high - low) * 0.08, high * 0.002);
  return FigureOfHeight(text, 90 + 34 * static_cast<double>(launches.size()), [&](PlotSize size) {
    Plot plot(size,
              {.label = std::string("time of an iteration (") + unit.name + ")",
               .low = std::max(0.0, low - margin),
               .high = high + margin},
              rows, "The samples of each launch in a row of their own");
    const Estimate& typical = finding.estimates().typical();
    plot.VerticalBand(typical.lower / unit.nanos, typical.upper / unit.nanos, "violet");
    plot.Vertical(typical.point / unit.nanos, "violet");
    for (std::size_t k = 0; k < launches.size(); ++k) {
      const std::vector<double> values = launches[k].PerIteration();
      for (std::size_t i = 0; i < values.size(); ++i) {
        const double place = static_cast<double>(k) + (static_cast<double>(i * 7919 % 13) - 6) / 26;
        const double at = std::clamp(values[i] / unit.nanos, low - margin, high + margin);
        plot.Point(at, place, "blue faint", 1.8);
      }
      plot.Point(finding.analysis.typical[k] / unit.nanos, static_cast<double>(k), "violet", 5);
    }
    return plot.Finish();
  });
}

}  // namespace strata::report
