// Thousands of short lives of a store, each from one seed. A failing seed prints how to replay it.

#include "reliability/simulation.h"

#include <catch2/catch.hpp>

#include <string>

#include "testing/ledger.h"

namespace strata::testing {
namespace {

constexpr const char* kCalm = "the same operations give the same answers under any options";
constexpr const char* kStormy = "a power cut leaves a prefix of the history that holds all synced";

std::string Replay(std::uint64_t seed, const char* name) {
  return "replay: STRATA_SIM_SEED=" + std::to_string(seed) +
         " build/test/bin/tests/strata_test_reliability \"" + name + "\"";
}

// Runs `seeds` seeds, or the one that STRATA_SIM_SEED names.
template <typename RunSeed>
void ForSeeds(std::uint64_t seeds, RunSeed run_seed) {
  if (HasOnlySeed()) return run_seed(OnlySeed());
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) run_seed(seed);
}

TEST_CASE("the same operations give the same answers under any options", "[parallel-reads][long]") {
  Ledger ledger("simulation, calm");
  constexpr std::uint64_t kSeeds = 360;
  constexpr std::uint64_t kSets = 4;
  ForSeeds(Scaled(kSeeds), [&](std::uint64_t seed) {
    std::uint64_t answers = 0;
    for (std::uint64_t set = 0; set < kSets; ++set) {
      const auto result = Simulate({.seed = seed, .option_set = set, .calm = true});
      ledger.AddAll(result.counts);
      ledger.Add("operations", 400);
      if (result.failure) FAIL_CHECK(*result.failure << "\n" << Replay(seed, kCalm));
      if (set == 0) answers = result.answers;
      if (result.answers != answers) {
        FAIL_CHECK("option sets 0 and " << set << " answer differently\n" << Replay(seed, kCalm));
      }
    }
    ledger.Add("seeds");
  });
  CHECK(ledger.Shortfall("seeds", kSeeds) == "");
  CHECK(ledger.Shortfall("operations", kSeeds * kSets * 400) == "");
  CHECK(ledger.Shortfall("reopens", kSeeds) == "");
  CHECK(ledger.Shortfall("compactions", kSeeds) == "");
}

TEST_CASE("a power cut leaves a prefix of the history that holds all synced",
          "[parallel-reads][long]") {
  Ledger ledger("simulation, power cuts");
  constexpr std::uint64_t kSeeds = 1440;
  ForSeeds(Scaled(kSeeds), [&](std::uint64_t seed) {
    const auto result = Simulate({.seed = seed, .calm = false});
    ledger.AddAll(result.counts);
    ledger.Add("operations", 400);
    ledger.Add("seeds");
    if (result.failure) FAIL_CHECK(*result.failure << "\n" << Replay(seed, kStormy));
  });
  CHECK(ledger.Shortfall("seeds", kSeeds) == "");
  CHECK(ledger.Shortfall("power_cuts", kSeeds / 2) == "");
  CHECK(ledger.Shortfall("kills", kSeeds / 2) == "");
  CHECK(ledger.Shortfall("scrub_passes", kSeeds) == "");
}

TEST_CASE("a seed gives the same run every time", "[parallel-reads][long]") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const SimulationPlan plan{.seed = seed, .calm = false};
    const auto first = Simulate(plan);
    const auto second = Simulate(plan);
    CHECK(first.answers == second.answers);
    CHECK(first.counts == second.counts);
  }
}

}  // namespace
}  // namespace strata::testing
