// Every file operation of a workload fails in every way.

#include "reliability/faults.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "testing/ledger.h"

namespace strata::testing {
namespace {

struct SweepPlan {
  const char* name;
  SyncMode sync;
  std::vector<Fault> faults;
  std::uint64_t writes;
  std::uint64_t every;
  std::uint64_t faults_min;
};

void Sweep(const SweepPlan& plan) {
  Ledger ledger(plan.name);
  // More scale: first every operation instead of some, then other workloads.
  const std::uint64_t every = plan.every * ScaledStride();
  for (std::uint64_t round = 0; round < ScaledRounds(); ++round) {
    FaultSweepOptions options;
    options.store = TinyStore(plan.sync);
    options.shape = {.seed = 31 + round / every, .writes = plan.writes, .reopen_every = 15};
    options.faults = plan.faults;
    options.every = every;
    options.first = round % every;
    const FaultReport report = SweepFaults(options);
    ledger.Add("operations", report.operations);
    ledger.Add("faults", report.faults);
    ledger.Add("survived", report.survived);
    ledger.Add("read_only", report.read_only);
    ledger.Add("resumed", report.resumed);
    for (const auto& [where, count] : report.by_operation) {
      std::string name = "at:" + where;
      std::replace(name.begin(), name.end(), ' ', '_');
      ledger.Add(name, count);
    }
    for (const std::string& failure : report.failures) FAIL_CHECK(failure);
  }
  CHECK(ledger.Shortfall("faults", plan.faults_min) == "");
  CHECK((TestScale() < 1 || ledger.Get("read_only") > 0));
  CHECK((TestScale() < 1 || plan.faults_min < 4'000 || ledger.Get("resumed") > 0));
}

TEST_CASE("any error of any file operation is reported, and nothing promised is lost",
          "[parallel-reads][long]") {
  Sweep({"faults, sync always", SyncMode::kAlways, AllFaults(), 70, 1, 4'000});
}

TEST_CASE("an error without syncs leaves a prefix", "[parallel-reads][long]") {
  Sweep({"faults, sync none", SyncMode::kNone, AllFaults(), 40, 2, 800});
}

TEST_CASE("after a failed sync nothing is acknowledged, and nothing acknowledged is lost",
          "[parallel-reads][long]") {
  Sweep({"failed syncs", SyncMode::kAlways, SyncFaults(), 120, 1, 400});
}

TEST_CASE("a full disk stops writing at any byte, and nothing is lost once there is room",
          "[parallel-reads][long]") {
  Ledger ledger("full disks");
  FaultSweepOptions options;
  options.store = TinyStore(SyncMode::kAlways);
  options.shape = {.seed = 41, .writes = 60, .reopen_every = 15};
  const std::uint64_t step = 11 * ScaledStride();
  for (std::uint64_t capacity = 1;; capacity += step) {
    const FullDisk disk = FillDisk(options, capacity);
    if (disk.wrong != "") FAIL_CHECK("room for " << capacity << " bytes: " << disk.wrong);
    if (!disk.was_full) break;
    ledger.Add("full_disks");
  }
  CHECK((TestScale() < 1 || ledger.Get("full_disks") >= 500));
}

}  // namespace
}  // namespace strata::testing
