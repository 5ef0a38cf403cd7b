// Random lives of groups, each from a seed.

#include "raft/walk.h"

#include <catch2/catch.hpp>

#include "testing/mutant_guard.h"

namespace strata::raft {
namespace {

void CheckSeeds(std::uint64_t first, std::uint64_t last, const WalkOptions& options) {
  std::size_t committed = 0;
  std::size_t leaders = 0;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const WalkResult result = Walk(seed, options).Run();
    INFO("seed " << seed);
    REQUIRE(result.violation == "");
    committed += result.committed;
    leaders += result.leaders;
  }
  CHECK(committed > (last - first) * 10);
  CHECK(leaders > (last - first) * 2);
}

TEST_CASE("random lives of a group break no promise, and end in agreement", "[raft-replication]") {
  CheckSeeds(1, 100, {.changes = false, .snapshots = false, .transfers = false, .leases = false});
}

TEST_CASE("random lives with leases and transfers break no promise", "[raft-replication]") {
  CheckSeeds(1, 100, {.changes = false, .snapshots = false});
}

TEST_CASE("random lives with snapshots break no promise", "[raft-snapshots]") {
  CheckSeeds(1, 100, {.changes = false});
}

TEST_CASE("random lives in which members come and go break no promise", "[raft-membership]") {
  CheckSeeds(1, 100, {});
}

TEST_CASE("ten thousand random lives break no promise", "[raft-membership][slow]") {
  CheckSeeds(1'000, 11'000, {});
}

}  // namespace
}  // namespace strata::raft
