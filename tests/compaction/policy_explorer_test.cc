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

TEST_CASE("overwrites: leveled saves space and reads, tiered saves writes",
          "[compaction-policies]") {
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

TEST_CASE("time series: windows are written a few times and then never", "[compaction-policies]") {
  const auto reports = ExploreSmall(WorkloadKind::kTimeSeries);
  CHECK(reports.at("time-window").write_amplification <
        reports.at("leveled").write_amplification / 2);
  CHECK(reports.at("time-window").write_amplification < reports.at("tiered 4").write_amplification);
  CHECK(reports.at("fifo").write_amplification < 1.01);
  CHECK(reports.at("fifo").kept < 0.5);
}

TEST_CASE("ascending keys: leveled moves every table and rewrites none", "[compaction-policies]") {
  const auto reports = ExploreSmall(WorkloadKind::kAscending);
  CHECK(reports.at("leveled").write_amplification < 1.01);
  CHECK(reports.at("leveled").moves > 0);
  CHECK(reports.at("tiered 4").write_amplification > 2);
}

}  // namespace strata::compaction
