// Many seeds' lives of a store with many clients at once. A failing seed prints how to replay it.

#include "sim/crowd.h"

#include <catch2/catch.hpp>

#include "testing/ledger.h"

#if defined(STRATA_SIMULATION)
namespace strata::sim {
namespace {

using testing::HasOnlySeed;
using testing::Ledger;
using testing::OnlySeed;
using testing::Scaled;

std::string Replay(std::uint64_t seed, const std::string& name) {
  return "replay: STRATA_SIM_SEED=" + std::to_string(seed) +
         " build/test/bin/tests/strata_test_sim \"" + name + "\"";
}

// Runs `seeds` seeds, or the one that STRATA_SIM_SEED names.
void RunSeeds(const CrowdMix& mix, std::uint64_t seeds, const std::string& name, Ledger* ledger) {
  const std::uint64_t first = HasOnlySeed() ? OnlySeed() : 1;
  const std::uint64_t last = HasOnlySeed() ? OnlySeed() : Scaled(seeds);
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const LifeResult result = RunCrowd({.seed = seed}, mix);
    ledger->AddAll(result.counts);
    ledger->Add("seeds");
    for (const std::string& finding : result.findings) {
      FAIL_CHECK("seed " << seed << ": " << finding << "\n" << Replay(seed, name));
    }
  }
  CHECK(ledger->Shortfall("seeds", seeds) == "");
  if (!mix.closes_early) CHECK(ledger->Shortfall("flushes", seeds) == "");
  CHECK(ledger->Shortfall("switches", seeds * 500) == "");
}

TEST_CASE("simulated clients see whole batches in order, whatever runs beside them",
          "[learned-index][long]") {
  Ledger ledger("sim, crowd");
  RunSeeds({}, 600, "simulated clients see whole batches in order, whatever runs beside them",
           &ledger);
  CHECK((HasOnlySeed() || ledger.Get("stall_micros") > 0));
  CHECK((HasOnlySeed() || ledger.Get("group_commits") < ledger.Get("batches")));
}

TEST_CASE("simulated groups of large batches go in side by side", "[learned-index][long]") {
  Ledger ledger("sim, parallel inserts");
  RunSeeds({.heavy = true}, 60, "simulated groups of large batches go in side by side", &ledger);
}

TEST_CASE("simulated tables come and go beside merges and flushes", "[learned-index][long]") {
  Ledger ledger("sim, tables");
  RunSeeds({.tables = true}, 400, "simulated tables come and go beside merges and flushes",
           &ledger);
  CHECK(ledger.Shortfall("tables_dropped", 400).empty());
}

TEST_CASE("simulated snapshots stay as they are beside flushes and merges",
          "[learned-index][long]") {
  Ledger ledger("sim, snapshots");
  RunSeeds({.snapshots = true, .churn = true}, 400,
           "simulated snapshots stay as they are beside flushes and merges", &ledger);
  CHECK(ledger.Shortfall("snapshots", 400).empty());
}

TEST_CASE("simulated transactions wait for locks and count right", "[learned-index][long]") {
  Ledger ledger("sim, transactions");
  RunSeeds({.transactions = true}, 600, "simulated transactions wait for locks and count right",
           &ledger);
  CHECK(ledger.Shortfall("deadlocks", 60).empty());
}

TEST_CASE("simulated copies of a store hold what was acknowledged before",
          "[learned-index][long]") {
  Ledger ledger("sim, copies");
  RunSeeds({.checkpoints = true}, 400,
           "simulated copies of a store hold what was acknowledged before", &ledger);
  CHECK(ledger.Shortfall("checkpoints", 400).empty());
}

TEST_CASE("a simulated power cut among many clients loses nothing that was promised",
          "[learned-index][long]") {
  Ledger ledger("sim, power cuts");
  RunSeeds({.power_cut = true}, 600,
           "a simulated power cut among many clients loses nothing that was promised", &ledger);
  CHECK(ledger.Shortfall("power_cuts", 200).empty());
}

TEST_CASE("a simulated disk that fails among many clients loses nothing acknowledged",
          "[learned-index][long]") {
  Ledger ledger("sim, disk faults");
  RunSeeds({.disk_fails = true}, 400,
           "a simulated disk that fails among many clients loses nothing acknowledged", &ledger);
  CHECK(ledger.Shortfall("disk_faults", 200).empty());
}

TEST_CASE("a simulated disk without room for tables stops writes for a while and loses nothing",
          "[learned-index][long]") {
  Ledger ledger("sim, full disks");
  RunSeeds({.disk_fills = true}, 400,
           "a simulated disk without room for tables stops writes for a while and loses nothing",
           &ledger);
  CHECK(ledger.Shortfall("full_disks", 150).empty());
  CHECK(ledger.Shortfall("refused", 100).empty());
}

TEST_CASE("a simulated store closes beside background work and loses nothing",
          "[learned-index][long]") {
  Ledger ledger("sim, closing");
  RunSeeds({.closes_early = true, .churn = true}, 400,
           "a simulated store closes beside background work and loses nothing", &ledger);
}

TEST_CASE("a seed gives the same life of a store every time", "[learned-index][long]") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const CrowdMix mix{.tables = true, .snapshots = true};
    const LifeResult first = RunCrowd({.seed = seed}, mix);
    const LifeResult second = RunCrowd({.seed = seed}, mix);
    CHECK(first.trace == second.trace);
    CHECK(first.counts == second.counts);
  }
}

}  // namespace
}  // namespace strata::sim
#endif
