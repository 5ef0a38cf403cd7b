// Tests of the isolation tests: each planted bug must be found within a number of seeds. How many
// it took is printed.

#include <catch2/catch.hpp>

#include <cstdio>
#include <functional>

#include "isolation/planted_names.h"
#include "isolation/simulated_run.h"
#include "isolation/threads_run.h"
#include "testing/ledger.h"
#include "testing/mutant_guard.h"
#include "testing/temp_dir.h"

#if defined(STRATA_MUTANTS)
namespace strata::isolation {
namespace {

using testing::Ledger;
using testing::MutantGuard;

Findings Simulate(RunPlan plan, std::uint64_t seed) {
  plan.seed = seed;
  return RunSimulated(plan).findings;
}

Findings OnThreads(ThreadsPlan plan, std::uint64_t seed) {
  const testing::TempDir directory;
  plan.seed = seed;
  return RunThreads(plan, directory.File("db")).findings;
}

struct Planted {
  const char* mutant;
  const char* what;
  std::function<Findings(std::uint64_t seed)> run;
  std::uint64_t seeds = 20;        // All are run, to say how many find it.
  std::uint64_t first_within = 5;  // One of the first so many must.
};

const std::vector<Planted>& AllPlanted() {
  static const std::vector<Planted> planted = {
      {"moving_snapshot", "reads at a snapshot see what comes later",
       [](std::uint64_t seed) {
         return Simulate({.workload = NewListWorkload, .styles = {Style::kConditions}}, seed);
       }},
      {"batch_in_parts", "half of a batch is visible before the other half",
       [](std::uint64_t seed) {
         return Simulate({.workload = NewBankWorkload, .styles = {Style::kConditions}}, seed);
       }},
      {"conditions_ignore_group", "a group's batches don't see each other's writes",
       [](std::uint64_t seed) {
         return OnThreads({.workload = NewListWorkload,
                           .threads = 8,
                           .transactions = 100,
                           .styles = {Style::kConditions},
                           .sync = SyncMode::kAlways},
                          seed);
       }},
  };
  return planted;
}

// "seed 3: not strict serializable: lost update: ...": its first line, and not much of it.
std::string Shortened(const std::string& finding) {
  return finding.substr(0, std::min<std::size_t>(finding.find('\n'), 110));
}

TEST_CASE("every planted bug is found within a few seeds", "[L16][long]") {
  Ledger ledger("isolation mutants");
  for (const Planted& planted : AllPlanted()) {
    const MutantGuard guard(planted.mutant);
    std::uint64_t first = 0;
    std::uint64_t found = 0;
    std::string finding;
    for (std::uint64_t seed = 1; seed <= planted.seeds; ++seed) {
      const Findings findings = planted.run(seed);
      if (findings.empty()) continue;
      ++found;
      if (first == 0) finding = Shortened(findings.front());
      if (first == 0) first = seed;
    }
    ledger.Add("mutants");
    ledger.Add("killed", first == 0 ? 0 : 1);
    ledger.Add("seeds_until_killed_max", first > ledger.Get("seeds_until_killed_max")
                                             ? first - ledger.Get("seeds_until_killed_max")
                                             : 0);
    std::printf("mutant %s (%s): seed %llu, then %llu of %llu: %s\n", planted.mutant, planted.what,
                static_cast<unsigned long long>(first), static_cast<unsigned long long>(found),
                static_cast<unsigned long long>(planted.seeds), finding.c_str());
    if (first == 0 || first > planted.first_within) {
      FAIL_CHECK(planted.mutant << " survives " << planted.first_within << " seeds");
    }
  }
  CHECK(ledger.Get("killed") == AllPlanted().size());
}

TEST_CASE("every planted bug of the list has a run that finds it", "[L16]") {
  std::vector<std::string> listed;
  for (const char* name : kPlantedNames) listed.emplace_back(name);
  std::vector<std::string> planted;
  for (const Planted& bug : AllPlanted()) planted.emplace_back(bug.mutant);
  CHECK(planted == listed);
}

}  // namespace
}  // namespace strata::isolation
#endif
