#include "cli/bench/load_report.h"

namespace strata::cli {
namespace {

Section SummaryOf(const LoadSummary& summary, const load::Tally& tally) {
  Section section = Section::Map("load");
  section.Add("server", Cell::Text(summary.server));
  section.Add("loop", Cell::Text(summary.rate > 0 ? "open" : "closed"));
  section.Add("connections", Cell::Count(summary.connections));
  section.Add("pipeline", Cell::Count(summary.pipeline));
  section.Add("threads", Cell::Count(summary.threads));
  section.Add("seconds", Cell::Real(static_cast<double>(tally.seconds_ns) / 1e9, 3));
  section.Add("rate_asked", summary.rate > 0 ? Cell::Real(summary.rate, 1) : Cell::None());
  section.Add("rate_achieved", Cell::Real(tally.rate(), 1));
  section.Add("answered", Cell::Count(tally.answered()));
  section.Add("errors", Cell::Count(tally.failed()));
  section.Add("reconnects", Cell::Count(tally.reconnects));
  section.Add("generator_busy", Cell::Real(tally.busy(), 3));
  section.Add("generator_lag_p99", Cell::Nanos(tally.lag.Percentile(99)));
  return section;
}

Row RowOf(std::string_view name, const Histogram& latency, std::uint64_t missing) {
  return {Cell::Text(std::string(name)),
          Cell::Count(latency.count()),
          Cell::Count(missing),
          Cell::Nanos(static_cast<std::uint64_t>(latency.mean())),
          Cell::Nanos(latency.Percentile(50)),
          Cell::Nanos(latency.Percentile(90)),
          Cell::Nanos(latency.Percentile(99)),
          Cell::Nanos(latency.Percentile(99.9)),
          Cell::Nanos(latency.Percentile(99.99)),
          Cell::Nanos(latency.max())};
}

Section LatencyOf(const load::Tally& tally) {
  Section section{.name = "latency",
                  .columns = {"kind", "requests", "missing", "mean", "p50", "p90", "p99", "p99.9",
                              "p99.99", "max"},
                  .rows = {}};
  Histogram all;
  std::uint64_t missing = 0;
  for (std::size_t i = 0; i < load::kKinds; ++i) {
    const load::KindTally& kind = tally.kinds[i];
    if (kind.latency.count() == 0) continue;
    section.rows.push_back(
        RowOf(load::NameOf(static_cast<load::Kind>(i)), kind.latency, kind.missing));
    all.MergeFrom(kind.latency);
    missing += kind.missing;
  }
  if (section.rows.size() != 1) section.rows.push_back(RowOf("all", all, missing));
  return section;
}

}  // namespace

Report LoadReport(const LoadSummary& summary, const load::Tally& tally) {
  Report report{SummaryOf(summary, tally), LatencyOf(tally)};
  if (tally.failures.empty()) return report;
  Section errors{.name = "errors", .columns = {"kind", "requests", "example"}, .rows = {}};
  for (const auto& [kind, failures] : tally.failures) {
    errors.rows.push_back(
        {Cell::Text(kind), Cell::Count(failures.count), Cell::Text(failures.example)});
  }
  report.push_back(std::move(errors));
  return report;
}

}  // namespace strata::cli
