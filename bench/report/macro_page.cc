// The page of a run over time.

#include <algorithm>
#include <cmath>
#include <map>

#include "report/html.h"
#include "report/macro.h"
#include "report/units.h"

namespace strata::report {
namespace {

constexpr std::size_t kEventRows = 400;

struct Curve {
  const char* name;
  const char* style;
  double (*value)(const Window&);
};

std::string Bytes(double bytes) {
  const std::string rate = FormatRate(bytes, true);
  return rate.substr(0, rate.size() - 2);  // Without "/s".
}

std::string AxisTime(double nanos) {
  const TimeUnit unit = UnitFor(nanos * 1.0001);
  char text[40];
  std::snprintf(text, sizeof(text), "%g %s", nanos / unit.nanos, unit.name);
  return text;
}

// Ticks are round in tens, so units are decimal.
std::string AxisBytes(double bytes) {
  char text[40];
  if (bytes >= 1e9) {
    std::snprintf(text, sizeof(text), "%g GB", bytes / 1e9);
  } else if (bytes >= 1e6) {
    std::snprintf(text, sizeof(text), "%g MB", bytes / 1e6);
  } else {
    std::snprintf(text, sizeof(text), "%g kB", bytes / 1e3);
  }
  return text;
}

std::string PerSecond(double value) {
  if (value >= 1e6) return FormatShort(value / 1e6) + " M/s";
  return value >= 1e3 ? FormatShort(value / 1e3) + " k/s" : FormatShort(value) + " /s";
}

std::string StyleOf(const std::string& event) {
  if (event.find("flush") != std::string::npos) return "green";
  if (event.find("compaction") != std::string::npos) return "violet";
  if (event.find("stall") != std::string::npos || event.find("read_only") != std::string::npos)
    return "red";
  return "soft";
}

// Curves over the time of the run, with ticks at its foot where something happened.
std::string OverTime(const MacroRun& run, const FigureText& wanted,
                     const std::vector<Curve>& curves, const std::string& y_label, bool log,
                     std::string (*format)(double)) {
  double low = 1e300;
  double high = 0;
  FigureText text = wanted;
  text.head = {"from (s)"};
  for (const Curve& curve : curves) text.head.push_back(curve.name);
  for (const Window& window : run.windows) {
    std::vector<std::string> row = {FormatShort(window.start_s)};
    for (const Curve& curve : curves) {
      const double value = curve.value(window);
      row.push_back(format ? format(value) : FormatShort(value));
      high = std::max(high, value);
      if (value > 0) low = std::min(low, value);
    }
    text.rows.push_back(std::move(row));
  }
  if (high <= 0) return "";
  return Figure(text, [&](PlotSize size) {
    const Axis y{.label = y_label,
                 .low = log ? low / 1.3 : 0,
                 .high = high * (log ? 1.3 : 1.08),
                 .log = log,
                 .format = format ? std::function<std::string(double)>(format) : nullptr};
    Plot plot(size,
              {.label = "seconds since the workload began",
               .low = 0,
               .high = std::max(run.seconds, 1e-9)},
              y, wanted.title);
    std::vector<std::pair<std::string, std::string>> legend;
    legend.reserve(curves.size());
    for (const Curve& curve : curves) legend.emplace_back(curve.style, curve.name);
    bool flush = false;
    bool compaction = false;
    for (const Event& event : run.events) {
      flush = flush || event.name == "flush_end";
      compaction = compaction || event.name == "compaction";
    }
    if (flush) legend.emplace_back("green", "flush");
    if (compaction) legend.emplace_back("violet", "compaction");
    plot.Legend(legend);
    for (const Event& event : run.events) {
      if (event.name == "flush_begin") continue;
      const double foot =
          log ? y.low * std::pow(y.high / y.low, event.name == "compaction" ? 0.0 : 0.03)
              : y.high * (event.name == "compaction" ? 0 : 0.03);
      plot.Point(event.at_s, foot, StyleOf(event.name), 2.4);
    }
    for (const Curve& curve : curves) {
      std::vector<double> x;
      std::vector<double> values;
      for (const Window& window : run.windows) {
        if (log && curve.value(window) <= 0) continue;
        x.push_back(window.start_s + window.seconds / 2);
        values.push_back(curve.value(window));
      }
      plot.Line(x, values, curve.style);
    }
    return plot.Finish();
  });
}

std::string PercentileFigure(const MacroRun& run) {
  FigureText text{
      .title = "Latency by percentile",
      .reading =
          "How long a call takes, over the share of calls that take no longer. To the right each "
          "step is ten times rarer: at 99.99 % one call in ten thousand takes longer. A curve that "
          "bends up late has a short tail; steps are things that happen to some calls only (a "
          "flush, a stall, a read from the disk)."};
  text.head = {"percentile", "latency"};
  std::vector<double> x;
  std::vector<double> y;
  for (const auto& [percent, nanos] : run.percentiles) {
    char name[32];
    std::snprintf(name, sizeof(name), "%g", percent);
    text.rows.push_back({name, FormatTime(nanos)});
    if (nanos <= 0) continue;
    x.push_back(1 / (1 - std::min(percent, 99.9999) / 100));
    y.push_back(nanos);
  }
  if (y.size() < 2) return "";
  const double low = *std::min_element(y.begin(), y.end());
  const double high = *std::max_element(y.begin(), y.end());
  return Figure(text, [&](PlotSize size) {
    const auto percent = [](double odds) {
      char name[32];
      if (odds > 9e5) return std::string("max");
      std::snprintf(name, sizeof(name), "%g %%", 100 - 100 / odds);
      return std::string(name);
    };
    Plot plot(
        size,
        {.label = "share of calls that take no longer",
         .low = 1,
         .high = 1e6,
         .log = true,
         .format = percent},
        {.label = "latency", .low = low / 1.3, .high = high * 1.3, .log = true, .format = AxisTime},
        "Latency by percentile");
    plot.Line(x, y, "blue");
    for (std::size_t i = 0; i < x.size(); ++i) plot.Point(x[i], y[i], "blue", 3);
    return plot.Finish();
  });
}

// Ten bars for each power of ten.
constexpr double kBarsPerDecade = 10;

double BarOf(double nanos) {
  return std::floor(std::log10(std::max(nanos, 1.0)) * kBarsPerDecade);
}

double StartOf(double bar) {
  return std::pow(10, bar / kBarsPerDecade);
}

// The time that `percent` % of the syncs don't exceed.
double SyncPercentile(const MacroRun& run, double percent) {
  double all = 0;
  for (const auto& [nanos, count] : run.sync_times) all += count;
  double seen = 0;
  for (const auto& [nanos, count] : run.sync_times) {
    seen += count;
    if (seen >= all * percent / 100) return nanos;
  }
  return 0;
}

std::string SyncFigure(const MacroRun& run) {
  FigureText text{
      .title = "Syncs of the log",
      .reading =
          "How long the disk took to say that the log is safe on it. The height of a bar is "
          "the number of syncs; both axes are logarithmic, so that a single slow one shows. "
          "A commit that waits for the disk can't be faster than this. Two hills are two "
          "kinds of syncs: those that find the disk idle, and those that wait for a flush or "
          "a compaction."};
  text.head = {"up to", "syncs"};
  constexpr double kFoot = 0.7;  // Of bars on a logarithmic axis: one sync can be seen.
  std::map<double, double> bars;
  for (const auto& [nanos, count] : run.sync_times) bars[BarOf(nanos)] += count;
  if (bars.empty()) return "";
  double most = 0;
  for (const auto& [bar, count] : bars) {
    text.rows.push_back({FormatTime(StartOf(bar + 1)), FormatShort(count)});
    most = std::max(most, count);
  }
  const double low = StartOf(bars.begin()->first - 1);
  const double high = StartOf(bars.rbegin()->first + 2);
  return Figure(text, [&](PlotSize size) {
    Plot plot(size,
              {.label = "time of a sync",
               .low = low,
               .high = std::max(high, low * 12),
               .log = true,
               .format = AxisTime},
              {.label = "syncs", .low = kFoot, .high = most * 1.5, .log = true}, text.title);
    for (const auto& [bar, count] : bars) {
      const double from = StartOf(bar + 0.05);
      const double to = StartOf(bar + 0.95);
      plot.Polygon({from, to, to, from}, {kFoot, kFoot, count, count}, "blue");
      plot.Line({from, from, to, to}, {kFoot, count, count, kFoot}, "blue");
    }
    plot.Vertical(SyncPercentile(run, 50), "violet", "median");
    plot.Vertical(SyncPercentile(run, 99), "amber dashed", "p99");
    return plot.Finish();
  });
}

std::string Box(const std::string& name, const std::string& value, const std::string& small) {
  return "<div><dt>" + Escape(name) + "</dt><dd>" + Escape(value) + "<small>" + Escape(small) +
         "</small></dd></div>\n";
}

std::string Summary(const MacroRun& run, const ResampleOptions& options) {
  const Estimate rate = RateOf(run, options);
  Window sum;
  for (const Window& window : run.windows) {
    sum.operations += window.operations;
    sum.user_bytes_written += window.user_bytes_written;
    sum.bytes_written += window.bytes_written;
    sum.block_bytes_read += window.block_bytes_read;
    sum.cpu_s += window.cpu_s;
    sum.stall_s += window.stall_s;
    sum.resident_bytes = std::max(sum.resident_bytes, window.resident_bytes);
  }
  const auto at = [&](double percent) {
    for (const auto& [p, nanos] : run.percentiles) {
      if (p == percent) return FormatTime(nanos);
    }
    return std::string("–");
  };
  std::string out = "<dl class=\"headline\">\n";
  out += Box("Operations a second", PerSecond(rate.point),
             PerSecond(rate.lower) + " – " + PerSecond(rate.upper));
  out += Box("Latency, p50", at(50), "p99 " + at(99) + ", p99.9 " + at(99.9));
  if (sum.user_bytes_written > 0) {
    out += Box("Write amplification", FormatShort(sum.bytes_written / sum.user_bytes_written),
               Bytes(sum.bytes_written) + " for " + Bytes(sum.user_bytes_written));
  }
  const Window& last = run.windows.empty() ? sum : run.windows.back();
  if (last.live_bytes > 0) {
    const double taken = last.table_bytes + last.blob_bytes;
    out += Box("Space amplification", FormatShort(taken / last.live_bytes),
               Bytes(taken) + " for about " + Bytes(last.live_bytes) + ", at the end");
  }
  if (!run.sync_times.empty()) {
    out += Box("Sync of the log, p50", FormatTime(SyncPercentile(run, 50)),
               "p99 " + FormatTime(SyncPercentile(run, 99)) + ", slowest " +
                   FormatTime(run.sync_times.back().first));
  }
  if (sum.block_bytes_read > 0 && sum.operations > 0) {
    out += Box("Read from tables", Bytes(sum.block_bytes_read / sum.operations), "an operation");
  }
  out += Box("Processor time", FormatTime(sum.cpu_s * 1e9 / std::max(sum.operations, 1.0)),
             "an operation, background work included");
  out +=
      Box("Memory, at most", Bytes(sum.resident_bytes),
          sum.stall_s > 0 ? "stalls: " + FormatTime(sum.stall_s * 1e9) + " in all" : "no stalls");
  return out + "</dl>\n";
}

std::string EventTable(const MacroRun& run) {
  if (run.events.empty()) return "";
  std::vector<std::vector<std::string>> rows;
  for (const Event& event : run.events) {
    if (rows.size() == kEventRows) break;
    rows.push_back({FormatShort(event.at_s), Escape(event.name), Escape(event.detail)});
  }
  return "<details><summary>" + std::to_string(run.events.size()) +
         " events of this workload</summary>" + Table({"second", "event", "what it says"}, rows) +
         "</details>\n";
}

std::string Section(const MacroRun& run, const ResampleOptions& options) {
  std::string out = Heading(2, run.workload) + Summary(run, options);
  out += OverTime(run,
                  {.title = "Throughput",
                   .reading = "Operations a second, window by window; dots at the foot mark the "
                              "end of a flush or of a compaction. Dips right at "
                              "the dots are work that the store does beside its callers; a line "
                              "that sinks over the whole run is a store "
                              "that gets slower as it grows."},
                  {{"operations a second", "blue", [](const Window& w) { return w.rate(); }}},
                  "operations a second", false, nullptr);
  out += OverTime(run,
                  {.title = "Latency",
                   .reading = "Percentiles of the calls of each window, on a logarithmic axis. The "
                              "distance between the median and the upper lines is "
                              "what the unlucky calls pay."},
                  {{"median", "blue", [](const Window& w) { return w.p50; }},
                   {"p99", "amber", [](const Window& w) { return w.p99; }},
                   {"slowest", "red", [](const Window& w) { return w.max; }}},
                  "latency of a call", true, AxisTime);
  out += PercentileFigure(run);
  out += SyncFigure(run);
  out += OverTime(
      run,
      {.title = "Bytes written",
       .reading = "What callers wrote, and what the store wrote for it: log, flushes, compactions, "
                  "blob files, manifest. Their ratio is the write "
                  "amplification."},
      {{"by the store, a second", "violet",
        [](const Window& w) { return w.seconds > 0 ? w.bytes_written / w.seconds : 0; }},
       {"by callers, a second", "blue",
        [](const Window& w) { return w.seconds > 0 ? w.user_bytes_written / w.seconds : 0; }}},
      "bytes a second", false, AxisBytes);
  out += OverTime(
      run,
      {.title = "Disk and memory",
       .reading = "Bytes in tables and blob files, how much of that is live (about: "
                  "the deepest level, and what tables use of blobs), and the resident "
                  "memory of the process (its page cache isn't counted). The first "
                  "over the second is the space amplification."},
      {{"tables and blobs", "blue", [](const Window& w) { return w.table_bytes + w.blob_bytes; }},
       {"live", "amber", [](const Window& w) { return w.live_bytes; }},
       {"resident memory", "teal", [](const Window& w) { return w.resident_bytes; }}},
      "bytes", false, AxisBytes);
  out += OverTime(run,
                  {.title = "Processor",
                   .reading = "Processors kept busy. Above the number of threads that call, the "
                              "rest is background work."},
                  {{"processors", "teal",
                    [](const Window& w) { return w.seconds > 0 ? w.cpu_s / w.seconds : 0; }}},
                  "processors busy", false, nullptr);
  return out + EventTable(run);
}

}  // namespace

std::string PageOf(const MacroPage& page) {
  std::string body = "<p class=\"lead\">" + Escape(page.date + " · " + page.command) + "</p>\n";
  body += Paragraph(
      "The samples are windows of time. Neighbouring windows resemble each other, so the interval "
      "of the throughput comes from "
      "a bootstrap of blocks of windows. It tells how steady this run was; what another launch "
      "would give is not in it.");
  for (const MacroRun& run : page.runs) body += Section(run, page.resampling);
  body += EnvironmentSection(page.environment);
  return Page(page.title, {{"All benchmarks", "../../../report/index.html"}, {page.title, ""}},
              body);
}

}  // namespace strata::report
