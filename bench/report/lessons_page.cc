#include "report/lessons_page.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "report/html.h"
#include "report/units.h"

namespace strata::report {
namespace {

using Json = nlohmann::ordered_json;

struct Row {
  std::string program;
  std::string benchmark;
  std::string metric;
  double here = 0;
  double before = 0;  // 0: it couldn't be measured there.

  double ratio() const { return before > 0 && here > 0 ? here / before : 0; }
  bool is_time() const { return metric == "ns"; }
};

struct LessonRows {
  int number = 0;
  std::string title;
  std::vector<Row> rows;
  std::map<std::string, double> same;  // Nanoseconds of what is measured at every lesson.
};

std::string Value(const Row& row, double value) {
  if (value == 0 && row.is_time()) return "–";
  return row.is_time() ? FormatTime(value) : FormatShort(value);
}

std::string Name(const LessonRows& lesson) {
  char text[16];
  std::snprintf(text, sizeof(text), "%02d ", lesson.number);
  return text + lesson.title;
}

LessonRows RowsOf(const Json& json) {
  LessonRows lesson{.number = json.value("number", 0), .title = json.value("title", "")};
  const Json before = json.value("before", Json::object());
  const Json here = json.value("here", Json::object());
  for (const auto& [program, benchmarks] : here.items()) {
    for (const auto& [benchmark, metrics] : benchmarks.items()) {
      for (const auto& [metric, value] : metrics.items()) {
        if (!value.is_number()) continue;
        Row row{program, benchmark, metric, value.get<double>()};
        const Json old = before.value(program, Json::object()).value(benchmark, Json::object());
        if (old.contains(metric) && old[metric].is_number()) row.before = old[metric].get<double>();
        lesson.rows.push_back(std::move(row));
      }
    }
  }
  const Json same = json.value("same", Json::object());
  for (const auto& [benchmark, metrics] : same.items()) {
    const double nanos = metrics.value("ns", 0.0);
    if (nanos > 0) lesson.same[benchmark.substr(0, benchmark.find('/'))] = nanos;
  }
  return lesson;
}

// The metric of this kind that moved most; null if none could be measured at both tags.
const Row* MostMoved(const LessonRows& lesson, bool time) {
  const Row* best = nullptr;
  for (const Row& row : lesson.rows) {
    if (row.is_time() != time || row.ratio() == 0 || row.metric.ends_with("_per_second")) continue;
    if (best == nullptr || std::abs(std::log(row.ratio())) > std::abs(std::log(best->ratio())))
      best = &row;
  }
  return best;
}

std::string Chart(const std::vector<LessonRows>& lessons) {
  FigureText text{.title = "What each lesson moved",
                  .reading =
                      "A row a lesson, at its tag against the tag before it: the counter that "
                      "moved most (violet) and the time that moved "
                      "most (blue), as ratios. Left of the line is less than before, right of it "
                      "is more; each step is a factor. A "
                      "lesson that moves a counter to the left usually pays for it somewhere: "
                      "lessons flush-and-merge and leveled-compaction say where. Rows "
                      "without a dot bring something that the program could not do before."};
  text.head = {"lesson",  "counter", "before",     "at the tag", "ratio",
               "time of", "before",  "at the tag", "ratio"};
  Axis names{.low = -0.6, .high = static_cast<double>(lessons.size()) - 0.4};
  double reach = 2;
  for (const LessonRows& lesson : lessons) {
    names.rows.push_back(Name(lesson));
    std::vector<std::string> row = {Escape(Name(lesson))};
    for (const bool time : {false, true}) {
      const Row* const best = MostMoved(lesson, time);
      if (best == nullptr) {
        row.insert(row.end(), {"–", "–", "–", "–"});
        continue;
      }
      reach = std::max({reach, best->ratio() * 1.2, 1.2 / best->ratio()});
      row.insert(row.end(), {Escape(best->benchmark + (time ? "" : ": " + best->metric)),
                             Value(*best, best->before), Value(*best, best->here),
                             FormatShort(best->ratio())});
    }
    text.rows.push_back(std::move(row));
  }
  const auto factor = [](double ratio) {
    char label[32];
    std::snprintf(label, sizeof(label), ratio < 1 ? "÷%g" : "×%g", ratio < 1 ? 1 / ratio : ratio);
    return std::string(label);
  };
  return FigureOfHeight(text, 100 + 26 * static_cast<double>(lessons.size()), [&](PlotSize size) {
    Plot plot(size,
              {.label = "at its tag, against the tag before",
               .low = 1 / reach,
               .high = reach,
               .log = true,
               .format = factor},
              names, "Ratios of counters and times, lesson by lesson");
    plot.Legend({{"violet", "counter"}, {"blue", "time"}});
    plot.Vertical(1, "soft");
    for (std::size_t i = 0; i < lessons.size(); ++i) {
      const auto at = static_cast<double>(i);
      for (const bool time : {true, false}) {
        const Row* const best = MostMoved(lessons[i], time);
        if (best == nullptr) continue;
        const double place = at + (time ? 0.18 : -0.18);
        plot.Bar(1, best->ratio(), place, 1.5, time ? "faint blue" : "faint violet");
        plot.Point(best->ratio(), place, time ? "blue" : "violet", 4);
      }
    }
    return plot.Finish();
  });
}

struct SameWork {
  struct Line {
    std::vector<double> lessons;
    std::vector<double> nanos;
  };
  std::map<std::string, Line> lines;  // By benchmark.
  double low = 1e300;
  double high = 0;
};

SameWork SameWorkOf(const std::vector<LessonRows>& lessons) {
  SameWork work;
  for (const LessonRows& lesson : lessons) {
    for (const auto& [benchmark, nanos] : lesson.same) {
      work.lines[benchmark].lessons.push_back(lesson.number);
      work.lines[benchmark].nanos.push_back(nanos);
      work.low = std::min(work.low, nanos);
      work.high = std::max(work.high, nanos);
    }
  }
  return work;
}

std::string DrawSameWork(const SameWork& work, double last_lesson, PlotSize size) {
  Plot plot(size, {.label = "lesson", .low = 0.5, .high = last_lesson + 0.5, .whole = true},
            {.label = "time",
             .low = work.low / 1.5,
             .high = work.high * 1.5,
             .log = true,
             .format = FormatTime},
            "Time of the same operations, lesson by lesson");
  std::vector<std::pair<std::string, std::string>> legend;
  for (const auto& [benchmark, line] : work.lines) {
    const char* const style = kLineStyles[legend.size()];
    legend.emplace_back(style, benchmark);
    plot.Line(line.lessons, line.nanos, style);
    for (std::size_t i = 0; i < line.lessons.size(); ++i)
      plot.Point(line.lessons[i], line.nanos[i], style, 3);
  }
  plot.Legend(legend);
  return plot.Finish();
}

// A line for each benchmark that every lesson ran; nothing when none did.
std::string SameWorkChart(const std::vector<LessonRows>& lessons) {
  const SameWork work = SameWorkOf(lessons);
  if (work.lines.empty() || work.lines.size() > kLineStyles.size()) return "";
  FigureText text{
      .title = "The same work at every lesson",
      .reading =
          "A line for each benchmark of lesson map-and-shell's store, at every lesson's tag. What "
          "is "
          "added must not cost those who don't use it: a line that rises from one lesson "
          "to the next shows its price, one that falls its gain."};
  text.head = {"lesson", "benchmark", "time"};
  for (const LessonRows& lesson : lessons) {
    for (const auto& [benchmark, nanos] : lesson.same)
      text.rows.push_back({Escape(Name(lesson)), Escape(benchmark), FormatTime(nanos)});
  }
  return FigureOfHeight(
      text, 340, [&](PlotSize size) { return DrawSameWork(work, lessons.back().number, size); });
}

}  // namespace

Result<std::string> LessonsPage(const std::string& text, const std::string& date,
                                const EnvironmentCard& environment) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("lessons"))
    return Corruption("not what ./lesson bench --all writes");
  std::vector<LessonRows> lessons;
  for (const Json& lesson : json["lessons"]) lessons.push_back(RowsOf(lesson));
  std::string body = "<p class=\"lead\">" + Escape(date + " · ./lesson bench --all") + "</p>\n";
  if (!lessons.empty()) body += Chart(lessons) + SameWorkChart(lessons);
  for (const LessonRows& lesson : lessons) {
    std::vector<std::vector<std::string>> rows;
    rows.reserve(lesson.rows.size());
    for (const Row& row : lesson.rows) {
      rows.push_back({Escape(row.benchmark), Escape(row.is_time() ? "time" : row.metric),
                      row.before > 0 ? Value(row, row.before) : "–", Value(row, row.here),
                      row.ratio() > 0 ? FormatShort(row.ratio()) : "–"});
    }
    body += Heading(2, Name(lesson)) +
            Table({"benchmark", "metric", "before", "at the tag", "ratio"}, rows);
  }
  body += EnvironmentSection(environment);
  return Page("Lesson by lesson",
              {{"All benchmarks", "../../report/index.html"}, {"Lesson by lesson", ""}}, body);
}

}  // namespace strata::report
