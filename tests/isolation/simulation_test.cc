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

const std::vector<Style> kAll = {Style::kOptimistic, Style::kPessimistic, Style::kConditions};
const std::vector<Style> kTransactions = {Style::kOptimistic, Style::kPessimistic};

TEST_CASE("simulated transactions on lists are strictly serializable", "[transactions][long]") {
  Ledger ledger("isolation, lists");
  RunSeeds({.workload = NewListWorkload, .styles = kAll}, 600,
           "simulated transactions on lists are strictly serializable", &ledger);
}

TEST_CASE("simulated optimistic transactions on lists are strictly serializable",
          "[transactions][long]") {
  Ledger ledger("isolation, optimistic lists");
  RunSeeds({.workload = NewListWorkload, .styles = {Style::kOptimistic}}, 200,
           "simulated optimistic transactions on lists are strictly serializable", &ledger);
}

TEST_CASE("simulated transactions that take all their locks have no conflicts",
          "[transactions][long]") {
  Ledger ledger("isolation, locks alone");
  RunSeeds({.workload = NewListWorkload, .styles = {Style::kPessimistic}, .locks_alone = true}, 200,
           "simulated transactions that take all their locks have no conflicts", &ledger);
}

TEST_CASE("simulated snapshot isolation gives strong snapshots", "[transactions][long]") {
  Ledger ledger("isolation, lists at snapshot isolation");
  RunSeeds({.workload = NewListWorkload, .level = Level::kStrongSnapshot, .styles = kTransactions},
           200, "simulated snapshot isolation gives strong snapshots", &ledger);
  CHECK(ledger.Get("G2-item (write skew)") > 0);  // Or the level is stronger than it says.
}

TEST_CASE("simulated read committed reads nothing uncommitted", "[transactions][long]") {
  Ledger ledger("isolation, lists at read committed");
  RunSeeds({.workload = NewListWorkload, .level = Level::kReadCommitted, .styles = kTransactions},
           200, "simulated read committed reads nothing uncommitted", &ledger);
  CHECK(ledger.Get("G-single (read skew)") > 0);
}

TEST_CASE("simulated banks keep their money", "[transactions][long]") {
  Ledger ledger("isolation, bank");
  RunSeeds({.workload = NewBankWorkload, .styles = kAll}, 300, "simulated banks keep their money",
           &ledger);
}

TEST_CASE("simulated banks keep their money at snapshot isolation", "[transactions][long]") {
  Ledger ledger("isolation, bank at snapshot isolation");
  RunSeeds({.workload = NewBankWorkload, .level = Level::kStrongSnapshot, .styles = kTransactions},
           200, "simulated banks keep their money at snapshot isolation", &ledger);
}

TEST_CASE("simulated rules over ranges hold, phantoms or not", "[transactions][long]") {
  Ledger ledger("isolation, ranges");
  RunSeeds({.workload = NewRangeWorkload, .styles = kTransactions}, 400,
           "simulated rules over ranges hold, phantoms or not", &ledger);
}

TEST_CASE("simulated rules over ranges break at snapshot isolation", "[transactions]") {
  bool broken = false;
  for (std::uint64_t seed = 1; seed <= 10 && !broken; ++seed) {
    broken = !RunSimulated({.workload = NewRangeWorkload,
                            .seed = seed,
                            .level = Level::kStrongSnapshot,
                            .styles = kTransactions})
                  .findings.empty();
  }
  CHECK(broken);
}

TEST_CASE("simulated rules over two tables hold", "[tables][long]") {
  Ledger ledger("isolation, two tables");
  RunSeeds({.workload = NewTablesWorkload, .styles = kTransactions}, 300,
           "simulated rules over two tables hold", &ledger);
}

TEST_CASE("simulated rules over two tables break at snapshot isolation", "[tables]") {
  bool broken = false;
  for (std::uint64_t seed = 1; seed <= 20 && !broken; ++seed) {
    broken = !RunSimulated({.workload = NewTablesWorkload,
                            .seed = seed,
                            .level = Level::kStrongSnapshot,
                            .styles = kTransactions})
                  .findings.empty();
  }
  CHECK(broken);
}

TEST_CASE("simulated readers agree on the order of writes", "[transactions][long]") {
  Ledger ledger("isolation, forks");
  RunSeeds({.workload = NewForkWorkload, .styles = kAll}, 300,
           "simulated readers agree on the order of writes", &ledger);
}

}  // namespace
}  // namespace strata::isolation
