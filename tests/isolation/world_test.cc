// The workloads with threads of a simulated world. A failing seed prints how to replay it.

#include <catch2/catch.hpp>

#include "io/lock_hook.h"
#include "isolation/world_run.h"
#include "testing/ledger.h"

#if defined(STRATA_SIMULATION)
namespace strata::isolation {
namespace {

using testing::HasOnlySeed;
using testing::Ledger;
using testing::OnlySeed;
using testing::Scaled;

void RunSeeds(WorldPlan plan, std::uint64_t seeds, const std::string& name, Ledger* ledger) {
  const std::uint64_t first = HasOnlySeed() ? OnlySeed() : 1;
  const std::uint64_t last = HasOnlySeed() ? OnlySeed() : Scaled(seeds);
  for (plan.seed = first; plan.seed <= last; ++plan.seed) {
    const RunResult result = RunInWorld(plan);
    ledger->AddAll(result.counts);
    ledger->Add("seeds");
    for (const std::string& finding : result.findings) {
      FAIL_CHECK(finding << "\nreplay: STRATA_SIM_SEED=" << plan.seed
                         << " build/test/bin/tests/strata_test_isolation \"" << name << "\"");
    }
  }
  CHECK(ledger->Shortfall("seeds", seeds).empty());
}

const std::vector<Style> kAll = {Style::kOptimistic, Style::kPessimistic, Style::kConditions};
const std::vector<Style> kTransactions = {Style::kOptimistic, Style::kPessimistic};

TEST_CASE("interleaved transactions on lists are strictly serializable", "[transactions][long]") {
  Ledger ledger("isolation, interleaved lists");
  RunSeeds({.workload = NewListWorkload, .styles = kAll}, 600,
           "interleaved transactions on lists are strictly serializable", &ledger);
}

TEST_CASE("interleaved transactions that wait for locks have no conflicts",
          "[transactions][long]") {
  Ledger ledger("isolation, interleaved locks");
  RunSeeds({.workload = NewListWorkload, .styles = {Style::kPessimistic}, .locks_alone = true}, 600,
           "interleaved transactions that wait for locks have no conflicts", &ledger);
  CHECK((HasOnlySeed() || ledger.Get("deadlocks") > 0));
}

TEST_CASE("interleaved transactions at snapshot isolation have strong snapshots",
          "[transactions][long]") {
  Ledger ledger("isolation, interleaved snapshots");
  RunSeeds({.workload = NewListWorkload, .level = Level::kStrongSnapshot, .styles = kTransactions},
           400, "interleaved transactions at snapshot isolation have strong snapshots", &ledger);
}

TEST_CASE("interleaved banks keep their money", "[transactions][long]") {
  Ledger ledger("isolation, interleaved bank");
  RunSeeds({.workload = NewBankWorkload, .styles = kAll}, 400, "interleaved banks keep their money",
           &ledger);
}

TEST_CASE("interleaved rules over ranges hold", "[transactions][long]") {
  Ledger ledger("isolation, interleaved ranges");
  RunSeeds({.workload = NewRangeWorkload, .styles = kTransactions}, 400,
           "interleaved rules over ranges hold", &ledger);
}

TEST_CASE("interleaved rules over two tables hold", "[tables][long]") {
  Ledger ledger("isolation, interleaved tables");
  RunSeeds({.workload = NewTablesWorkload, .styles = kTransactions}, 400,
           "interleaved rules over two tables hold", &ledger);
}

TEST_CASE("interleaved readers agree on the order of writes", "[transactions][long]") {
  Ledger ledger("isolation, interleaved forks");
  RunSeeds({.workload = NewForkWorkload, .styles = kAll}, 400,
           "interleaved readers agree on the order of writes", &ledger);
}

TEST_CASE("a seed gives the same interleaving every time", "[transactions][long]") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const WorldPlan plan{.workload = NewListWorkload, .seed = seed, .styles = kAll};
    CHECK(RunInWorld(plan).counts == RunInWorld(plan).counts);
  }
}

}  // namespace
}  // namespace strata::isolation
#endif
