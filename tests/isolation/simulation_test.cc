// Many seeds' lives of a store under each workload. A failing seed prints how to replay it.

#include <catch2/catch.hpp>

#include "isolation/simulated_run.h"
#include "testing/ledger.h"

namespace strata::isolation {
namespace {

using testing::HasOnlySeed;
using testing::Ledger;
using testing::OnlySeed;
using testing::Scaled;

std::string Replay(std::uint64_t seed, const std::string& name) {
  return "replay: STRATA_SIM_SEED=" + std::to_string(seed) +
         " build/test/bin/tests/strata_test_isolation \"" + name + "\"";
}

// `plan` with each of `seeds` seeds, or with the one that STRATA_SIM_SEED names.
void RunSeeds(RunPlan plan, std::uint64_t seeds, const std::string& name, Ledger* ledger) {
  const std::uint64_t first = HasOnlySeed() ? OnlySeed() : 1;
  const std::uint64_t last = HasOnlySeed() ? OnlySeed() : Scaled(seeds);
  for (plan.seed = first; plan.seed <= last; ++plan.seed) {
    const RunResult result = RunSimulated(plan);
    ledger->AddAll(result.counts);
    ledger->Add("seeds");
    for (const std::string& finding : result.findings) {
      FAIL_CHECK(finding << "\n" << Replay(plan.seed, name));
    }
  }
  CHECK(ledger->Shortfall("seeds", seeds) == "");
}

const std::vector<Style> kWithConditions = {Style::kConditions};

TEST_CASE("simulated lists of conditional batches and snapshots", "[L16][long]") {
  Ledger ledger("isolation, conditional batches and snapshots");
  RunSeeds({.workload = NewListWorkload, .styles = kWithConditions}, 200,
           "simulated lists of conditional batches and snapshots", &ledger);
}

TEST_CASE("simulated banks of conditional batches and snapshots", "[L16][long]") {
  Ledger ledger("isolation, bank");
  RunSeeds({.workload = NewBankWorkload, .styles = kWithConditions}, 200,
           "simulated banks of conditional batches and snapshots", &ledger);
}

TEST_CASE("simulated forks of conditional batches and snapshots", "[L16][long]") {
  Ledger ledger("isolation, fork");
  RunSeeds({.workload = NewForkWorkload, .styles = kWithConditions}, 200,
           "simulated forks of conditional batches and snapshots", &ledger);
}

}  // namespace
}  // namespace strata::isolation
