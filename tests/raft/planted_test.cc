// Tests of the tests: with each planted bug switched on, a script that is quiet otherwise breaks a
// promise. The bugs are real ones of other systems. Three more of this list are those of a state
// machine on top of Raft, and are planted there.

#include <catch2/catch.hpp>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "raft/script.h"
#include "raft/walk.h"
#include "testing/mutant_guard.h"
#include "testing/source_tree.h"

#if defined(STRATA_MUTANTS)
namespace strata::raft {
namespace {

struct Planted {
  const char* mutant;
  const char* origin;
  const char* script;
};

constexpr Planted kInElections[] = {
    {"vote_not_persisted", "NodeDB#161", "elections/vote-is-durable-first"},
    {"vote_after_log_loss", "NuRaft#185", "elections/damage-is-no-end"},
};
constexpr Planted kInReplication[] = {
    {"commit_prev_term_entry", "logcabin#44", "replication/figure-8"},
    {"hardstate_before_entries", "curvine#1368", "replication/acknowledged-is-durable"},
    {"truncate_committed_suffix", "", "replication/old-append-after-commit"},
    {"read_without_quorum", "", "reads/a-deposed-leader-answers-nothing"},
    {"readindex_before_noop", "tikv#9239", "reads/a-new-leader-waits"},
    {"lease_read_after_pause", "etcd#20418", "reads/a-pause-ends-the-lease"},
};
constexpr Planted kInSnapshots[] = {
    {"snapshot_record_before_file", "etcd#10219", "snapshots/durable-before-it-is-confirmed"},
};
constexpr Planted kInMembership[] = {
    {"confchange_before_noop", "braft#182", "membership/not-before-an-entry-of-its-own"},
};

// Runs the commands of a golden script until a promise is broken; their results don't matter.
std::string ViolationOf(const std::string& name) {
  std::ifstream file(testing::SourcePath("tests/scripts/raft") / (name + ".txt"));
  REQUIRE(file.good());
  Script script;
  bool result = false;
  for (std::string line; std::getline(file, line);) {
    if (line == "----") result = true;
    if (line.empty()) result = false;
    if (result || line.empty() || line.front() == '#') continue;
    script.Run(line);
    if (!script.cluster().violation().empty()) break;
  }
  return script.cluster().violation();
}

template <std::size_t kCount>
void CheckKilled(const Planted (&planted)[kCount]) {
  for (const auto& [mutant, origin, script] : planted) {
    INFO(mutant << " (" << origin << "), by " << script);
    CHECK(ViolationOf(script) == "");
    const testing::MutantGuard guard(mutant);
    CHECK(ViolationOf(script) != "");
  }
}

TEST_CASE("a vote that is told early, or after a loss, elects two leaders or a wrong one",
          "[raft-elections][planted]") {
  CheckKilled(kInElections);
}

TEST_CASE("every planted bug of replication and reads breaks a promise",
          "[raft-replication][planted]") {
  CheckKilled(kInReplication);
}

TEST_CASE("a snapshot that is confirmed early is missed", "[raft-snapshots][planted]") {
  CheckKilled(kInSnapshots);
}

TEST_CASE("a change on top of an unsure one makes two majorities", "[raft-membership][planted]") {
  CheckKilled(kInMembership);
}

// How soon random lives find a bug of which they know nothing.
TEST_CASE("random lives find planted bugs", "[raft-membership][planted][slow]") {
  constexpr std::uint64_t kSeedsMax = 2'000;
  for (const char* mutant : {"vote_not_persisted", "hardstate_before_entries",
                             "vote_after_log_loss", "read_without_quorum", "readindex_before_noop",
                             "lease_read_after_pause", "truncate_committed_suffix"}) {
    const testing::MutantGuard guard(mutant);
    WalkOptions options;
    options.loses_tails = true;
    std::uint64_t seed = 1;
    while (seed < kSeedsMax && Walk(seed, options).Run().violation.empty()) ++seed;
    WARN(mutant << ": seed " << seed);
    CHECK(seed < kSeedsMax);
  }
}

}  // namespace
}  // namespace strata::raft
#endif
