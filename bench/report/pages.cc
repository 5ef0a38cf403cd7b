#include "report/pages.h"

#include <algorithm>
#include <set>

#include "report/formats.h"
#include "report/html.h"
#include "report/plots.h"
#include "report/units.h"

namespace strata::report {
namespace {

// The way back from a page below `directory` to the folder that holds everything.
std::string Up(const std::string& directory) {
  std::string up = "../";  // Out of report/.
  for (const char c : directory + "/") up += c == '/' ? "../" : "";
  return up;
}

std::string Box(const std::string& name, const std::string& value, const std::string& small) {
  return "<div><dt>" + Escape(name) + "</dt><dd>" + value +
         (small.empty() ? "" : "<small>" + Escape(small) + "</small>") + "</dd></div>\n";
}

std::string Between(const std::string& low, const std::string& high) {
  return low + " – " + high;
}

std::string Headline(const Suite& suite, const Finding& finding) {
  const Estimate& typical = finding.estimates().typical();
  const std::size_t launches = finding.measured.launches.size();
  std::string out = "<dl class=\"headline\">\n";
  out += Box("Time of an iteration", FormatTime(typical.point),
             Between(FormatTime(typical.lower), FormatTime(typical.upper)));
  if (finding.measured.throughput) {
    const bool bytes = finding.measured.throughput->bytes;
    out += Box("Throughput", FormatRate(finding.PerSecond(typical.point), bytes),
               Between(FormatRate(finding.PerSecond(typical.upper), bytes),
                       FormatRate(finding.PerSecond(typical.lower), bytes)));
  }
  if (finding.baseline) {
    const Change& change = finding.baseline->change;
    out += Box("Change against " + finding.baseline->name, FormatPercent(change.typical.point),
               Between(FormatPercent(change.typical.lower), FormatPercent(change.typical.upper)));
  }
  out += Box("Samples", std::to_string(finding.measured.AllSamples().size()),
             std::to_string(launches) + (launches == 1 ? " launch" : " launches"));
  char level[32];
  std::snprintf(level, sizeof(level), "%g %%", suite.options.resampling.confidence_level * 100);
  return out + "</dl>\n<p class=\"lead\">Bounds are those of a " + level +
         " interval: of a hundred such runs, about " +
         std::string(level).substr(0, std::string(level).find(' ')) +
         " have the true value between them.</p>\n";
}

std::string EstimatesSection(const Finding& finding) {
  std::vector<std::vector<std::string>> rows;
  for (const EstimateRow& row : EstimateRows(finding))
    rows.push_back({row.name, row.lower, row.estimate, row.upper});
  return Heading(2, "Estimates") + Table({"", "lower bound", "estimate", "upper bound"}, rows) +
         Paragraph(std::string("The ") +
                   (finding.estimates().slope ? "slope of the fitted line" : "mean") +
                   " stands for the benchmark. R² near 1 says that time grows evenly with "
                   "iterations. The standard deviation is pulled up by "
                   "outliers, the MAD (the median distance from the median, scaled) isn't: where "
                   "both agree, the samples look like "
                   "a bell.");
}

std::string OutlierSentence(const Finding& finding) {
  const OutlierCounts& counts = finding.outliers;
  const std::size_t all = finding.measured.AllSamples().size();
  if (counts.total() == 0) return Paragraph("No sample is an outlier.");
  char text[240];
  std::snprintf(text, sizeof(text),
                "%zu of %zu samples (%.1f %%) are outliers: %zu low severe, %zu low mild, %zu high "
                "mild, %zu high severe.",
                counts.total(), all,
                100.0 * static_cast<double>(counts.total()) / static_cast<double>(all),
                counts.low_severe, counts.low_mild, counts.high_mild, counts.high_severe);
  return Paragraph(text);
}

std::string VerdictSentence(const Suite& suite, const Change& change) {
  switch (change.verdict) {
    case Verdict::kNoChange:
      return "No change was detected: a difference like this is common when nothing has changed.";
    case Verdict::kImproved:
      return "Performance has improved: the whole interval lies beyond the noise threshold.";
    case Verdict::kRegressed:
      return "Performance has regressed: the whole interval lies beyond the noise threshold.";
    case Verdict::kWithinNoise:
      break;
  }
  return "The change is real, as far as one can tell, but may be smaller than the noise threshold "
         "of " +
         FormatPercent(suite.options.noise_threshold).substr(1) + ".";
}

std::string ChangeSection(const Suite& suite, const Finding& finding) {
  const Change& change = finding.baseline->change;
  const auto row = [](const char* name, const Estimate& e) {
    return std::vector<std::string>{name, FormatPercent(e.lower), FormatPercent(e.point),
                                    FormatPercent(e.upper)};
  };
  const auto faster = [](double fraction) { return 1 / (1 + fraction) - 1; };
  const Estimate throughput{faster(change.typical.point), 0, faster(change.typical.upper),
                            faster(change.typical.lower)};
  std::string out = Heading(2, "Change since the baseline “" + finding.baseline->name + "”");
  out += "<p>" + VerdictBadge(change.verdict) + " " + Escape(VerdictSentence(suite, change)) +
         "</p>\n";
  out += Table({"", "lower bound", "change", "upper bound"},
               {row("Time", change.typical), row("Throughput", throughput),
                row("Mean", change.mean), row("Median", change.median)});
  out +=
      Paragraph(FormatPValue(change.p) + "; " + FormatPValue(change.p_adjusted) +
                " when all benchmarks of the suite are asked at once. The unit is a " +
                (change.over_launches ? "launch: what changes between processes is in the interval."
                                      : "sample of one launch: what changes between processes is "
                                        "not in the interval. Use --launches 5."));
  out += BothDensitiesFigure(finding);
  if (finding.estimates().slope) out += BothRegressionsFigure(finding);
  out += ChangeFigures(finding, suite.options.noise_threshold);
  return out + Paragraph(
                   "The hills show the changes that resampling both sides gives; the interval is "
                   "shaded, the red band is the noise "
                   "threshold. The grey hill is the t statistic when now and before are shuffled "
                   "together: the farther outside the "
                   "measured one lies, the smaller p.");
}

std::string CounterSection(const Measured& measured) {
  if (measured.counters.empty()) return "";
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name, value] : measured.counters)
    rows.push_back({Escape(name), FormatShort(value)});
  return Heading(2, "Counters") + Table({"counter", "mean over the samples"}, rows) +
         Paragraph(
             "What the benchmark itself counted. Unlike times, counters hardly depend on the "
             "machine, and the benchmark asserts them.");
}

std::string MethodNote(const Suite& suite, const Finding& finding) {
  char text[420];
  std::snprintf(text, sizeof(text),
                "%zu resamples, seed %llu. Mean and slope: studentized bootstrap; median and MAD: "
                "percentiles of theirs; over launches: "
                "Student's t.%s docs/adr/0009 says why, and the tests measure how often the "
                "intervals hold the truth.",
                suite.options.resampling.count,
                static_cast<unsigned long long>(suite.options.resampling.seed),
                finding.analysis.pooled.block > 1
                    ? " Neighbouring samples resemble each other, so blocks of them were drawn."
                    : "");
  return "<p class=\"lead\">" + Escape(text) + "</p>\n";
}

std::vector<const Finding*> MembersOf(const Suite& suite, const std::string& group) {
  std::vector<const Finding*> members;
  for (const Finding& finding : suite.findings) {
    if (finding.measured.id.group == group) members.push_back(&finding);
  }
  std::stable_sort(members.begin(), members.end(), [](const Finding* a, const Finding* b) {
    const BenchmarkId& x = a->measured.id;
    const BenchmarkId& y = b->measured.id;
    if (x.function != y.function) return x.function < y.function;
    const auto m = x.number();
    const auto n = y.number();
    return m && n ? *m < *n : x.value < y.value;
  });
  return members;
}

// A table of findings, with links from a page that is `up` away from the folder of all.
std::string FindingTable(const std::vector<const Finding*>& findings, const std::string& up,
                         bool short_names) {
  bool any_baseline = false;
  bool any_rate = false;
  for (const Finding* finding : findings) {
    any_baseline = any_baseline || finding->baseline;
    any_rate = any_rate || finding->measured.throughput;
  }
  std::vector<std::string> head = {"benchmark", "estimate"};
  if (any_baseline) head.insert(head.end(), {"change", "verdict"});
  head.insert(head.end(), {"lower bound", "upper bound"});
  if (any_rate) head.push_back("throughput");
  std::vector<std::vector<std::string>> rows;
  for (const Finding* finding : findings) {
    const BenchmarkId& id = finding->measured.id;
    const Estimate& typical = finding->estimates().typical();
    const std::string name =
        short_names ? id.function + (id.value.empty() ? "" : "/" + id.value) : id.full();
    std::vector<std::string> row = {Link(up + id.directory() + "/report/index.html", name),
                                    FormatTime(typical.point)};
    if (any_baseline && finding->baseline) {
      row.push_back(FormatPercent(finding->baseline->change.typical.point));
      row.push_back(VerdictBadge(finding->baseline->change.verdict));
    } else if (any_baseline) {
      row.insert(row.end(), {"", ""});
    }
    row.insert(row.end(), {FormatTime(typical.lower), FormatTime(typical.upper)});
    if (any_rate) {
      row.push_back(finding->measured.throughput ? FormatRate(finding->PerSecond(typical.point),
                                                              finding->measured.throughput->bytes)
                                                 : "");
    }
    rows.push_back(std::move(row));
  }
  return Table(head, rows);
}

}  // namespace

std::string BenchmarkPage(const Suite& suite, const Finding& finding) {
  const Measured& measured = finding.measured;
  const std::string up = Up(measured.id.directory());
  std::string body = Headline(suite, finding);
  for (const std::string& warning : measured.warnings)
    body += "<p class=\"warning\">" + Escape(warning) + "</p>\n";
  body += DensityFigure(finding);
  body += finding.estimates().slope ? RegressionFigure(finding) : IterationTimesFigure(finding);
  body += OutlierSentence(finding) + EstimatesSection(finding);
  if (measured.launches.size() > 1) {
    const std::string apart =
        finding.analysis.between_sd > 0
            ? "Beyond what the samples' own noise explains, launches differ by a standard "
              "deviation of " +
                  FormatTime(finding.analysis.between_sd) + "."
            : "Launches differ no more than the noise of their samples explains.";
    body += Heading(2, "From launch to launch") + LaunchFigure(finding) + Paragraph(apart);
  }
  if (finding.baseline) body += ChangeSection(suite, finding);
  body += Heading(2, "How sure the estimates are") +
          Paragraph(
              "Each hill shows what a statistic is when the samples are drawn again, with "
              "replacement, many times: how far it could have come "
              "out otherwise. The shaded part is the interval; the line is the estimate. The "
              "interval of mean and slope comes from "
              "the same draws, each judged in its own standard errors, so it need not be in the "
              "middle.") +
          DistributionFigures(finding) + CounterSection(measured) + MethodNote(suite, finding) +
          EnvironmentSection(suite.environment);
  return Page(measured.id.full(),
              {{"All benchmarks", up + "report/index.html"},
               {measured.id.group, up + SafeFileName(measured.id.group) + "/report/index.html"},
               {measured.id.full().substr(measured.id.group.size() + 1), ""}},
              body);
}

std::string GroupPage(const Suite& suite, const std::string& group) {
  const std::vector<const Finding*> members = MembersOf(suite, group);
  std::string body =
      FindingTable(members, "../../", true) + ViolinFigure(members) + InputFigure(members);
  for (const Finding* member : members) {
    for (const std::string& warning : member->measured.warnings) {
      body += "<p class=\"lead\">" + Escape(member->measured.id.full() + ": " + warning) + "</p>\n";
    }
  }
  body += EnvironmentSection(suite.environment);
  return Page(group, {{"All benchmarks", "../../report/index.html"}, {group, ""}}, body);
}

std::string IndexPage(const Suite& suite, const std::vector<ExtraPage>& extra) {
  std::set<std::string> groups;
  std::size_t verdicts[4] = {0, 0, 0, 0};
  std::size_t compared = 0;
  for (const Finding& finding : suite.findings) {
    groups.insert(finding.measured.id.group);
    if (!finding.baseline) continue;
    ++compared;
    ++verdicts[static_cast<int>(finding.baseline->change.verdict)];
  }
  std::string body = "<p class=\"lead\">" + Escape(suite.date + " · " + suite.command) +
                     "</p>\n<dl class=\"headline\">\n";
  body += Box("Benchmarks", std::to_string(suite.findings.size()),
              std::to_string(groups.size()) + (groups.size() == 1 ? " group" : " groups"));
  if (compared > 0) {
    body += Box("Improved", std::to_string(verdicts[1]),
                "of " + std::to_string(compared) + " compared");
    body += Box("Regressed", std::to_string(verdicts[2]),
                "of " + std::to_string(compared) + " compared");
  }
  body += Box("Warnings", std::to_string(suite.environment.warnings.size()),
              "about the machine, below");
  body += "</dl>\n";
  if (!extra.empty()) {
    body += Heading(2, "Other reports");
    std::vector<std::vector<std::string>> rows;
    for (const ExtraPage& page : extra)
      rows.push_back({Link(page.link, page.title), Escape(page.text)});
    body += Table({"report", "what it shows"}, rows);
  }
  body += ForestFigure(suite);
  for (const std::string& group : groups) {
    body += "<h2>" + Link("../" + SafeFileName(group) + "/report/index.html", group) + "</h2>\n" +
            FindingTable(MembersOf(suite, group), "../", true);
  }
  body += EnvironmentSection(suite.environment);
  return Page("Strata: benchmarks", {}, body);
}

}  // namespace strata::report
