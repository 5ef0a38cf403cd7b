#include "report/formats.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "report/units.h"

namespace strata::report {
namespace {

using Json = nlohmann::ordered_json;

template <typename... Values>
std::string Print(const char* format, Values... values) {
  char text[512];
  std::snprintf(text, sizeof(text), format, values...);
  return text;
}

std::string Bounds(const Estimate& estimate, std::string (*format)(double)) {
  return "[" + format(estimate.lower) + "  " + format(estimate.point) + "  " +
         format(estimate.upper) + "]";
}

Json JsonOf(const Estimate& estimate) {
  return {{"lower", estimate.lower},
          {"estimate", estimate.point},
          {"upper", estimate.upper},
          {"standard_error", estimate.standard_error}};
}

Json JsonOf(const Finding& finding) {
  const Estimates& estimates = finding.estimates();
  Json json = {{"id", finding.measured.id.full()},
               {"report_directory", finding.measured.id.directory() + "/report"},
               {"unit", "ns"},
               {"launches", finding.measured.launches.size()},
               {"samples", finding.measured.AllSamples().size()},
               {"sampling_mode", estimates.slope ? "Linear" : "Flat"},
               {"typical", JsonOf(estimates.typical())},
               {"mean", JsonOf(estimates.mean)},
               {"median", JsonOf(estimates.median)},
               {"std_dev", JsonOf(estimates.std_dev)},
               {"median_abs_dev", JsonOf(estimates.median_abs_dev)}};
  if (estimates.slope) {
    json["slope"] = JsonOf(*estimates.slope);
    json["r_squared"] = JsonOf(*estimates.r_squared);
  }
  if (finding.measured.throughput) {
    json["throughput"] = {{"unit", finding.measured.throughput->bytes ? "bytes" : "elements"},
                          {"per_iteration", finding.measured.throughput->per_iteration},
                          {"per_second", finding.PerSecond(estimates.typical().point)}};
  }
  json["between_launch_sd"] = finding.analysis.between_sd;
  json["launch_typical"] = finding.analysis.typical;
  json["outliers"] = {{"low_severe", finding.outliers.low_severe},
                      {"low_mild", finding.outliers.low_mild},
                      {"high_mild", finding.outliers.high_mild},
                      {"high_severe", finding.outliers.high_severe}};
  json["counters"] = finding.measured.counters;
  json["warnings"] = finding.measured.warnings;
  if (finding.baseline) {
    const Change& change = finding.baseline->change;
    json["change"] = {{"baseline", finding.baseline->name},
                      {"typical", JsonOf(change.typical)},
                      {"mean", JsonOf(change.mean)},
                      {"median", JsonOf(change.median)},
                      {"unit", change.over_launches ? "launch" : "sample"},
                      {"p_value", change.p},
                      {"p_adjusted", change.p_adjusted},
                      {"verdict", Name(change.verdict)}};
  }
  return json;
}

std::string Quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace

std::vector<EstimateRow> EstimateRows(const Finding& finding) {
  const Estimates& estimates = finding.estimates();
  std::vector<EstimateRow> rows;
  const auto time_row = [&](const char* name, const Estimate& estimate) {
    rows.push_back(
        {name, FormatTime(estimate.lower), FormatTime(estimate.point), FormatTime(estimate.upper)});
  };
  if (estimates.slope) time_row("Slope", *estimates.slope);
  if (finding.measured.throughput) {
    const bool bytes = finding.measured.throughput->bytes;
    const Estimate& typical = estimates.typical();
    rows.push_back({"Throughput", FormatRate(finding.PerSecond(typical.upper), bytes),
                    FormatRate(finding.PerSecond(typical.point), bytes),
                    FormatRate(finding.PerSecond(typical.lower), bytes)});
  }
  if (estimates.r_squared) {
    rows.push_back({"R²", Print("%.7f", estimates.r_squared->lower),
                    Print("%.7f", estimates.r_squared->point),
                    Print("%.7f", std::min(estimates.r_squared->upper, 1.0))});
  }
  time_row("Mean", estimates.mean);
  time_row("Std. Dev.", estimates.std_dev);
  time_row("Median", estimates.median);
  time_row("MAD", estimates.median_abs_dev);
  return rows;
}

std::string EstimatesTable(const Finding& finding) {
  std::string text = "| | lower bound | estimate | upper bound |\n|---|---|---|---|\n";
  for (const EstimateRow& row : EstimateRows(finding)) {
    text += "| " + row.name + " | " + row.lower + " | " + row.estimate + " | " + row.upper + " |\n";
  }
  return text;
}

std::string DescribeFinding(const Finding& finding) {
  const Estimate& typical = finding.estimates().typical();
  std::string text =
      finding.measured.id.full() + "\n  time:   " + Bounds(typical, FormatTime) + "\n";
  if (finding.measured.throughput) {
    const bool bytes = finding.measured.throughput->bytes;
    text += "  thrpt:  [" + FormatRate(finding.PerSecond(typical.upper), bytes) + "  " +
            FormatRate(finding.PerSecond(typical.point), bytes) + "  " +
            FormatRate(finding.PerSecond(typical.lower), bytes) + "]\n";
  }
  if (finding.baseline) {
    const Change& change = finding.baseline->change;
    text += "  change: " + Bounds(change.typical, FormatPercent) + " (" +
            FormatPValue(change.p_adjusted) + " for the suite) against " + finding.baseline->name +
            ": " + Name(change.verdict) + "\n";
  }
  if (finding.outliers.total() > 0) {
    text += Print(
        "  outliers: %zu of %zu (%zu low severe, %zu low mild, %zu high mild, %zu high severe)\n",
        finding.outliers.total(), finding.measured.AllSamples().size(), finding.outliers.low_severe,
        finding.outliers.low_mild, finding.outliers.high_mild, finding.outliers.high_severe);
  }
  for (const std::string& warning : finding.measured.warnings) text += "  note: " + warning + "\n";
  return text;
}

std::string FormatHuman(const Suite& suite) {
  std::string text;
  std::map<Verdict, int> verdicts;
  for (const Finding& finding : suite.findings) {
    text += DescribeFinding(finding);
    if (finding.baseline) ++verdicts[finding.baseline->change.verdict];
  }
  for (const std::string& warning : suite.environment.warnings)
    text += "warning: " + warning + "\n";
  if (!verdicts.empty()) {
    text += "summary:";
    for (const auto& [verdict, count] : verdicts) text += Print(" %d %s;", count, Name(verdict));
    text.back() = '\n';
  }
  return text;
}

std::string FormatJson(const Suite& suite) {
  Json environment = Json::object();
  for (const Fact& fact : suite.environment.facts) environment[fact.label] = fact.value;
  Json json = {{"schema", "strata-bench"},
               {"version", 1},
               {"date", suite.date},
               {"command", suite.command},
               {"environment", environment},
               {"warnings", suite.environment.warnings},
               {"seed", suite.options.resampling.seed},
               {"resamples", suite.options.resampling.count},
               {"confidence_level", suite.options.resampling.confidence_level},
               {"significance_level", suite.options.significance_level},
               {"noise_threshold", suite.options.noise_threshold},
               {"benchmarks", Json::array()}};
  for (const Finding& finding : suite.findings) json["benchmarks"].push_back(JsonOf(finding));
  return json.dump(1) + "\n";
}

std::string FormatCsv(const Suite& suite) {
  std::string text =
      "id,launches,samples,lower_ns,estimate_ns,upper_ns,mean_ns,median_ns,std_dev_ns,mad_ns,r_"
      "squared,"
      "per_second,change,change_lower,change_upper,p_adjusted,verdict\n";
  for (const Finding& finding : suite.findings) {
    const Estimates& e = finding.estimates();
    text += Quoted(finding.measured.id.full());
    text += Print(",%zu,%zu,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,%.6g,", finding.measured.launches.size(),
                  finding.measured.AllSamples().size(), e.typical().lower, e.typical().point,
                  e.typical().upper, e.mean.point, e.median.point, e.std_dev.point,
                  e.median_abs_dev.point);
    if (e.r_squared) text += Print("%.6g", e.r_squared->point);
    text += ",";
    if (finding.measured.throughput) text += Print("%.6g", finding.PerSecond(e.typical().point));
    if (finding.baseline) {
      const Change& change = finding.baseline->change;
      text += Print(",%.6g,%.6g,%.6g,%.4g,%s\n", change.typical.point, change.typical.lower,
                    change.typical.upper, change.p_adjusted, Name(change.verdict));
    } else {
      text += ",,,,,\n";
    }
  }
  return text;
}

std::string FormatMarkdown(const Suite& suite) {
  std::string text =
      "| benchmark | lower bound | estimate | upper bound | throughput | change | verdict |\n"
      "|---|---|---|---|---|---|---|\n";
  for (const Finding& finding : suite.findings) {
    const Estimate& typical = finding.estimates().typical();
    text += "| " + finding.measured.id.full() + " | " + FormatTime(typical.lower) + " | " +
            FormatTime(typical.point) + " | " + FormatTime(typical.upper) + " | ";
    if (finding.measured.throughput) {
      text += FormatRate(finding.PerSecond(typical.point), finding.measured.throughput->bytes);
    }
    text += " | ";
    if (finding.baseline) {
      const Change& change = finding.baseline->change;
      text += FormatPercent(change.typical.point) + " (" + FormatPercent(change.typical.lower) +
              " … " + FormatPercent(change.typical.upper) + ") | " + Name(change.verdict);
    } else {
      text += " | ";
    }
    text += " |\n";
  }
  return text;
}

std::string FormatOpenMetrics(const Suite& suite) {
  std::string text =
      "# TYPE strata_bench_seconds gauge\n# UNIT strata_bench_seconds seconds\n"
      "# HELP strata_bench_seconds Time of an iteration: estimate and bounds of its interval.\n";
  for (const Finding& finding : suite.findings) {
    const BenchmarkId& id = finding.measured.id;
    const Estimate& typical = finding.estimates().typical();
    for (const auto& [name, value] :
         {std::pair("estimate", typical.point), std::pair("lower", typical.lower),
          std::pair("upper", typical.upper)}) {
      text += Print(
          "strata_bench_seconds{group=\"%s\",function=\"%s\",value=\"%s\",bound=\"%s\"} %.9g\n",
          id.group.c_str(), id.function.c_str(), id.value.c_str(), name, value / 1e9);
    }
  }
  return text + "# EOF\n";
}

std::string FormatGitHubAction(const Suite& suite) {
  Json json = Json::array();
  for (const Finding& finding : suite.findings) {
    const Estimate& typical = finding.estimates().typical();
    json.push_back({{"name", finding.measured.id.full()},
                    {"unit", "ns/iter"},
                    {"value", typical.point},
                    {"range", Print("± %.6g", (typical.upper - typical.lower) / 2)}});
  }
  return json.dump(1) + "\n";
}

std::string FormatBencher(const Suite& suite) {
  Json json = Json::object();
  for (const Finding& finding : suite.findings) {
    const Estimate& typical = finding.estimates().typical();
    json[finding.measured.id.full()]["latency"] = {
        {"value", typical.point}, {"lower_value", typical.lower}, {"upper_value", typical.upper}};
  }
  return json.dump(1) + "\n";
}

std::string FormatAs(const std::string& format, const Suite& suite) {
  if (format == "json") return FormatJson(suite);
  if (format == "csv") return FormatCsv(suite);
  if (format == "markdown") return FormatMarkdown(suite);
  if (format == "openmetrics") return FormatOpenMetrics(suite);
  if (format == "gha") return FormatGitHubAction(suite);
  if (format == "bmf") return FormatBencher(suite);
  return FormatHuman(suite);
}

std::string CompareTable(const std::vector<NamedBaseline>& baselines,
                         const ResampleOptions& options) {
  std::map<std::string, std::vector<std::string>> rows;
  std::map<std::string, std::vector<Estimate>> times;
  for (std::size_t i = 0; i < baselines.size(); ++i) {
    for (const Measured& measured : baselines[i].measured) {
      auto& row = times[measured.id.full()];
      row.resize(baselines.size());
      row[i] = AnalyseLaunches(measured.launches, options).pooled.estimates.typical();
    }
  }
  std::vector<std::vector<std::string>> table = {{"benchmark"}};
  for (const NamedBaseline& baseline : baselines) table[0].push_back(baseline.name);
  for (const auto& [id, row] : times) {
    double least = 0;
    for (const Estimate& time : row) {
      if (time.point > 0 && (least == 0 || time.point < least)) least = time.point;
    }
    table.push_back({id});
    for (const Estimate& time : row) {
      table.back().push_back(time.point <= 0
                                 ? "-"
                                 : Print("%.2f  %s ± %s", time.point / least,
                                         FormatTime(time.point).c_str(),
                                         FormatTime((time.upper - time.lower) / 2).c_str()));
    }
  }
  const auto width_of = [](const std::string& text) {  // Columns, not bytes.
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
  };
  std::vector<std::size_t> widths(table[0].size());
  for (const auto& row : table) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  for (const auto& row : table) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] - width_of(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace strata::report
