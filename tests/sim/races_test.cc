// Tests of the simulated world: each planted race, which only an interleaving shows, must be found
// within a number of seeds, and nothing may be found in the same seeds without it. How many it took
// is printed, with the command that runs the first one again.

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "sim/apart.h"
#include "sim/planted_names.h"
#include "testing/ledger.h"

#if defined(STRATA_MUTANTS)
namespace strata::sim {
namespace {

using testing::Ledger;

constexpr std::uint64_t kSeeds = 120;  // All are run, to say how many of them find it.
// One of the first so many seeds must find it. A change of the store changes what its seeds do.
constexpr std::uint64_t kOften = 60;
constexpr std::uint64_t kRarely = 600;

// A mix, and the case that runs it (crowd_test.cc).
struct Case {
  const char* name;
  CrowdMix mix;
};
constexpr Case kPlain = {"simulated clients *", {}};
constexpr Case kHeavy = {"simulated groups *", {.heavy = true}};
constexpr Case kTables = {"simulated tables *", {.tables = true}};
constexpr Case kSnapshots = {"simulated snapshots *", {.snapshots = true, .churn = true}};
constexpr Case kTransactions = {"simulated transactions *", {.transactions = true}};
constexpr Case kCopies = {"simulated copies *", {.checkpoints = true}};
constexpr Case kClosing = {"a simulated store closes *", {.closes_early = true, .churn = true}};

struct Planted {
  const char* mutant;
  const char* what;
  const Case& found_in;
  std::uint64_t first_within;
};

const Planted kPlanted[] = {
    {"edits_dont_wait", "an edit is installed while another one is written", kPlain, kOften},
    {"flush_pops_newest", "a flush lets go of the newest memtable, not of its own", kPlain, kOften},
    {"group_ends_unheard", "a leader doesn't tell its group that it is through", kPlain, kOften},
    {"two_leaders", "a writer doesn't wait for its turn", kPlain, kOften},
    {"leader_doesnt_wait", "a group is shown before all of it is in", kHeavy, kOften},
    {"edit_ends_unheard", "nobody is told that an edit is through", kTables, kOften},
    {"drop_looked_at_early", "a merge looks for a drop of its table, then waits", kTables, kOften},
    {"feature_beside_edit", "a manifest begins anew beside an edit", kTables, kOften},
    {"release_unheard", "who waits for a lock isn't told of its release", kTransactions, kOften},
    {"granted_unchecked", "a lock is given to a waiter without a look", kTransactions, kOften},
    {"copy_holds_nothing", "a copy doesn't hold what it copies", kCopies, kOften},
    {"moved_table_unheld", "a table that was moved and merged is gone from a copy", kCopies,
     kRarely},
    {"close_leaves_jobs", "a store goes before its background does", kClosing, kOften},
    {"flush_forgets_early", "a memtable is let go before its table is there", kSnapshots, kRarely},
    {"snapshot_before_lock", "a snapshot's sequence is read before its lock is held", kSnapshots,
     kRarely},
    {"seqno_before_superversion", "a reader takes its sequence before its state", kSnapshots,
     kRarely},
};

// The first line, and not much of it.
std::string Shortened(const std::string& finding) {
  return finding.substr(0, std::min<std::size_t>(finding.find('\n'), 100));
}

struct Found {
  std::uint64_t first = 0;  // Seed; 0: none.
  std::uint64_t seeds = 0;
  std::uint64_t of = 0;  // So many seeds.
  std::string what;
};

// More than kSeeds only until one of them, up to `most`, finds something.
Found RunAll(const Case& found_in, const std::string& mutant, std::uint64_t most = kSeeds) {
  Found found;
  for (std::uint64_t seed = 1; seed <= (found.first == 0 ? most : kSeeds); ++seed) {
    found.of = seed;
    const auto finding = RunCrowdApart({.seed = seed, .mutant = mutant}, found_in.mix);
    if (!finding) continue;
    if (found.first == 0) found.what = Shortened(*finding);
    if (found.first == 0) found.first = seed;
    ++found.seeds;
  }
  return found;
}

void Print(const Planted& planted, const Found& found) {
  std::printf("race %s (%s): at seed %llu, %llu of %llu seeds: %s\n", planted.mutant, planted.what,
              static_cast<unsigned long long>(found.first),
              static_cast<unsigned long long>(found.seeds),
              static_cast<unsigned long long>(found.of), found.what.c_str());
  std::printf(
      "  STRATA_MUTANT=%s STRATA_SIM_SEED=%llu build/test/bin/tests/strata_test_sim \"%s\"\n",
      planted.mutant, static_cast<unsigned long long>(found.first), planted.found_in.name);
}

TEST_CASE("every planted race is found within some seeds, and only where it is planted",
          "[learned-index][long]") {
  Ledger ledger("sim, planted races");
  std::set<std::string> clean;  // Cases that find nothing without a planted race.
  for (const Planted& planted : kPlanted) {
    if (clean.insert(planted.found_in.name).second) {
      const Found none = RunAll(planted.found_in, "");
      if (none.seeds > 0) FAIL_CHECK("without a race, seed " << none.first << ": " << none.what);
      ledger.Add("clean_seeds", kSeeds);
    }
    const Found found =
        RunAll(planted.found_in, planted.mutant, std::max(kSeeds, planted.first_within));
    Print(planted, found);
    ledger.Add("races");
    ledger.Add("found", found.first == 0 ? 0 : 1);
    ledger.Add("seeds_that_found_it", found.seeds);
    ledger.Add("seeds", found.of);
    if (found.first == 0 || found.first > planted.first_within) {
      FAIL_CHECK(planted.mutant << " survives " << planted.first_within << " seeds");
    }
  }
  CHECK(ledger.Get("found") == std::size(kPlanted));
}

TEST_CASE("every planted race of the list has a crowd that finds it", "[learned-index]") {
  std::set<std::string> listed = {"seqno_before_superversion"};  // Planted for another test, too.
  for (const char* name : kPlantedNames) listed.insert(name);
  std::set<std::string> planted;
  for (const Planted& race : kPlanted) planted.insert(race.mutant);
  CHECK(planted == listed);
}

}  // namespace
}  // namespace strata::sim
#endif
