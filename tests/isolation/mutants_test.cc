// Tests of the isolation tests: each planted bug must be found within a number of seeds. How many
// it took is printed.

#include <catch2/catch.hpp>

#include <cstdio>
#include <functional>
#include <iterator>

#include "isolation/planted_names.h"
#include "isolation/simulated_run.h"
#include "isolation/threads_run.h"
#include "testing/ledger.h"
#include "testing/mutant_guard.h"
#include "testing/temp_dir.h"

#if defined(STRATA_MUTANTS)
namespace strata::isolation {
namespace {

constexpr std::uint64_t kSeeds = 20;  // All are run, to say how many of them find it.

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
  std::uint64_t first_within = 5;  // One of the first so many seeds must find it.
};

const std::vector<Style> kAll = {Style::kOptimistic, Style::kPessimistic, Style::kConditions};
const std::vector<Style> kTransactions = {Style::kOptimistic, Style::kPessimistic};

Findings Lists(std::uint64_t seed) {
  return Simulate({.workload = NewListWorkload, .styles = kAll}, seed);
}
Findings Bank(std::uint64_t seed) {
  return Simulate({.workload = NewBankWorkload, .styles = kAll}, seed);
}
Findings Ranges(std::uint64_t seed) {
  return Simulate({.workload = NewRangeWorkload, .styles = kTransactions}, seed);
}
Findings Tables(std::uint64_t seed) {
  return Simulate({.workload = NewTablesWorkload, .styles = kTransactions}, seed);
}
Findings LocksAlone(std::uint64_t seed) {
  return Simulate(
      {.workload = NewListWorkload, .styles = {Style::kPessimistic}, .locks_alone = true}, seed);
}
// Groups form behind syncs only.
Findings ThreadsThatSync(std::uint64_t seed) {
  return OnThreads({.workload = NewListWorkload,
                    .threads = 8,
                    .transactions = 100,
                    .styles = {Style::kConditions},
                    .sync = SyncMode::kAlways},
                   seed);
}

const Planted kPlanted[] = {
    {"moving_snapshot", "reads at a snapshot see what comes later", Lists},
    {"batch_in_parts", "half of a batch is visible before the other half", Bank},
    {"conditions_ignore_group", "batches of a group don't see each other", ThreadsThatSync},
    {"validate_at_commit", "reads are checked against the present, not their snapshot", Lists},
    {"skip_read_validation", "keys that were read aren't checked", Lists},
    {"skip_range_validation", "ranges that were read aren't checked", Ranges},
    {"write_before_commit", "a write is visible at once", Lists},
    {"savepoint_keeps_writes", "going back to a savepoint undoes nothing", Lists},
    {"commit_ok_but_rolled_back", "a refused commit says that it succeeded", Lists},
    {"lock_released_early", "a lock is given back before the commit", LocksAlone},
    {"reads_checked_in_default_table", "a read is checked in another table", Tables},
};

// "seed 3: not strict serializable: lost update: ...": its first line, and not much of it.
std::string Shortened(const std::string& finding) {
  return finding.substr(0, std::min<std::size_t>(finding.find('\n'), 110));
}

TEST_CASE("every planted bug is found within a few seeds", "[transactions][long]") {
  Ledger ledger("isolation mutants");
  for (const Planted& planted : kPlanted) {
    const MutantGuard guard(planted.mutant);
    std::uint64_t first = 0;
    std::uint64_t found = 0;
    std::string finding;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      const Findings findings = planted.run(seed);
      if (findings.empty()) continue;
      ++found;
      if (first == 0) finding = Shortened(findings.front());
      if (first == 0) first = seed;
    }
    ledger.Add("mutants");
    ledger.Add("killed", first == 0 ? 0 : 1);
    ledger.Add("seeds_that_found_it", found);
    ledger.Add("seeds", kSeeds);
    std::printf("mutant %s (%s): at seed %llu, %llu of %llu seeds: %s\n", planted.mutant,
                planted.what, static_cast<unsigned long long>(first),
                static_cast<unsigned long long>(found), static_cast<unsigned long long>(kSeeds),
                finding.c_str());
    if (first == 0 || first > planted.first_within) {
      FAIL_CHECK(planted.mutant << " survives " << planted.first_within << " seeds");
    }
  }
  CHECK(ledger.Get("killed") == std::size(kPlanted));
}

TEST_CASE("every planted bug of the list has a run that finds it", "[transactions]") {
  std::vector<std::string> listed;
  for (const char* name : kPlantedNames) listed.emplace_back(name);
  std::vector<std::string> planted;
  for (const Planted& bug : kPlanted) planted.emplace_back(bug.mutant);
  CHECK(planted == listed);
}

}  // namespace
}  // namespace strata::isolation
#endif
