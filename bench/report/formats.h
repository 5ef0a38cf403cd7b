// A suite as text for programs and for terminals. All of them are documented in
// docs/benchmark-report.md.

#pragma once

#include <string>
#include <vector>

#include "report/model.h"

namespace strata::report {

std::string FormatHuman(const Suite& suite);
std::string FormatJson(const Suite& suite);  // One object; the schema has a version.
std::string FormatCsv(const Suite& suite);
std::string FormatMarkdown(const Suite& suite);
std::string FormatOpenMetrics(const Suite& suite);
std::string FormatGitHubAction(
    const Suite& suite);                        // github-action-benchmark, customSmallerIsBetter.
std::string FormatBencher(const Suite& suite);  // Bencher Metric Format.
// One of "human", "json", "csv", "markdown", "openmetrics", "gha", "bmf".
std::string FormatAs(const std::string& format, const Suite& suite);

// "time: [lower point upper]", "change: ...", for one benchmark.
std::string DescribeFinding(const Finding& finding);

// One table of many baselines: the fastest of each row is 1.00, the others by how much slower.
struct NamedBaseline {
  std::string name;
  std::vector<Measured> measured;
};
std::string CompareTable(const std::vector<NamedBaseline>& baselines,
                         const ResampleOptions& options);

// rkv's table: bounds of slope, throughput, R², mean, SD, median and MAD, as Markdown.
std::string EstimatesTable(const Finding& finding);

struct EstimateRow {
  std::string name;
  std::string lower;
  std::string estimate;
  std::string upper;
};
std::vector<EstimateRow> EstimateRows(const Finding& finding);

}  // namespace strata::report
