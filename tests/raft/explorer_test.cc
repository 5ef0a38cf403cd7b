// Everything that can happen within small scopes.

#include "raft/explorer.h"

#include <catch2/catch.hpp>

#include "testing/mutant_guard.h"

namespace strata::raft {
namespace {

Options Plain() {
  Options options;
  options.pre_vote = false;      // Votes are what is explored; pre-votes promise nothing.
  options.check_quorum = false;  // There is no time here.
  return options;
}

void CheckHolds(const Scope& scope, std::size_t states_max, std::size_t states_min) {
  Explorer explorer(scope);
  explorer.Run(states_max);
  WARN(explorer.states() << " states, " << explorer.steps() << " steps, " << explorer.beyond()
                         << " beyond the scope, complete: " << explorer.complete());
  CHECK(explorer.violation().empty());
  CHECK(explorer.states() >= states_min);
}

TEST_CASE("whatever happens in two terms, with any crash, there is one leader a term",
          "[raft-elections]") {
  CheckHolds({.options = Plain(), .terms = 2, .proposals = 0, .crashes = 1, .messages = 3}, 20'000,
             20'000);
}

TEST_CASE("whatever happens to a proposal, committed entries stay", "[raft-replication]") {
  CheckHolds({.options = Plain(), .terms = 2, .proposals = 1, .messages = 3}, 20'000, 20'000);
}

TEST_CASE("five million states of three nodes hold what Raft promises",
          "[raft-replication][slow]") {
  CheckHolds({.options = Plain(), .terms = 2, .proposals = 1, .crashes = 1, .messages = 4},
             5'000'000, 5'000'000);
}

}  // namespace
}  // namespace strata::raft
