#include "compaction/policy_explorer.h"

#include <catch2/catch.hpp>

#include <map>

#include "testing/results.h"

namespace strata::compaction {
namespace {

std::map<std::string, PolicyReport> ExploreSmall(WorkloadKind kind) {
  Workload workload;
  workload.kind = kind;
  workload.writes = 60'000;
  workload.keys = 10'000;
  Options options = ExplorerOptions();
  options.memtable_bytes = 16 << 10;
  options.table_bytes = 16 << 10;
  options.level1_bytes = 64 << 10;
  options.fifo_bytes = 512 << 10;
  std::map<std::string, PolicyReport> reports;
  for (PolicyReport& report : testing::Must(ExploreAll(workload, options))) {
    reports[report.policy] = std::move(report);
  }
  return reports;
}

}  // namespace

TEST_CASE("overwrites: leveled saves space and reads, tiered saves writes", "[L11]") {
  const auto reports = ExploreSmall(WorkloadKind::kUniform);
  const PolicyReport& leveled = reports.at("leveled");
  const PolicyReport& tiered = reports.at("tiered 4");
  CHECK(tiered.write_amplification < leveled.write_amplification);
  CHECK(leveled.space_amplification < tiered.space_amplification);
  CHECK(leveled.read_amplification < tiered.read_amplification);
  const PolicyReport& unified = reports.at("unified 2,2,-8");
  CHECK(unified.write_amplification < leveled.write_amplification);
  CHECK(unified.space_amplification < tiered.space_amplification);
  for (const auto& [name, report] : reports) {
    CAPTURE(name);
    if (name != "fifo") CHECK(report.kept == 1);
  }
}

TEST_CASE("time series: windows are written a few times and then never", "[L11]") {
  const auto reports = ExploreSmall(WorkloadKind::kTimeSeries);
  CHECK(reports.at("time-window").write_amplification <
        reports.at("leveled").write_amplification / 2);
  CHECK(reports.at("time-window").write_amplification < reports.at("tiered 4").write_amplification);
  CHECK(reports.at("fifo").write_amplification < 1.01);
  CHECK(reports.at("fifo").kept < 0.5);
}

TEST_CASE("ascending keys: leveled moves every table and rewrites none", "[L11]") {
  const auto reports = ExploreSmall(WorkloadKind::kAscending);
  CHECK(reports.at("leveled").write_amplification < 1.01);
  CHECK(reports.at("leveled").moves > 0);
  CHECK(reports.at("tiered 4").write_amplification > 2);
}

TEST_CASE("reports are a table for people and lines of JSON for programs", "[L11]") {
  PolicyReport report;
  report.policy = "leveled";
  report.workload = "uniform";
  report.write_amplification = 8.125;
  report.space_amplification = 1.5;
  report.space_peak = 2;
  report.read_amplification = 3.25;
  report.runs = 4.5;
  report.compactions = 12;
  CHECK(ReportTable({report}) ==
        "workload     policy             writes   space    peak   reads    runs  kept\n"
        "uniform      leveled             8.12    1.50    2.00    3.25     4.5  100%\n");
  CHECK(ReportJson({report}) ==
        "{\"workload\":\"uniform\",\"policy\":\"leveled\",\"write_amplification\":8.125,"
        "\"space_amplification\":1.500,\"space_peak\":2.000,\"read_amplification\":3.250,"
        "\"runs\":4.5,\"kept\":1.000,\"compactions\":12,\"moves\":0}\n");
  CHECK(testing::Must(ParseWorkload("ascending")) == WorkloadKind::kAscending);
  CHECK(testing::CodeOf(ParseWorkload("asc")) == "invalid argument");
}

}  // namespace strata::compaction
