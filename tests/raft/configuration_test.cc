#include "raft/configuration.h"

#include <catch2/catch.hpp>

#include <bit>
#include <map>

namespace strata::raft {
namespace {

Configuration Voters(std::size_t count) {
  Configuration configuration;
  for (NodeId node = 1; node <= count; ++node) configuration.voters.push_back(node);
  return configuration;
}

TEST_CASE("a majority is more than half of the voters, whatever the subset", "[raft-elections]") {
  for (std::size_t count = 0; count <= 7; ++count) {
    for (std::uint64_t subset = 0; subset < (1U << count); ++subset) {
      const bool majority =
          HasMajority(Voters(count), [&](NodeId node) { return (subset >> (node - 1) & 1U) != 0; });
      CHECK(majority == (static_cast<std::size_t>(std::popcount(subset)) * 2 > count));
    }
  }
}

TEST_CASE("who is no voter makes no majority", "[raft-elections]") {
  Configuration configuration = Voters(3);
  configuration.learners = {4, 5};
  CHECK_FALSE(HasMajority(configuration, [](NodeId node) { return node == 1 || node >= 4; }));
  CHECK(HasMajority(configuration, [](NodeId node) { return node <= 2; }));
}

TEST_CASE("what a majority has reached is the largest number that more than half have",
          "[raft-replication]") {
  for (std::size_t count = 1; count <= 5; ++count) {
    std::size_t cases = 1;
    for (std::size_t i = 0; i < count; ++i) cases *= 4;
    for (std::size_t digits = 0; digits < cases; ++digits) {
      const auto reached = [&](NodeId node) { return digits >> (2 * (node - 1)) & 3U; };
      const std::uint64_t number = ReachedByMajority(Voters(count), reached);
      CHECK(HasMajority(Voters(count), [&](NodeId node) { return reached(node) >= number; }));
      CHECK_FALSE(HasMajority(Voters(count), [&](NodeId node) { return reached(node) > number; }));
    }
  }
  CHECK(ReachedByMajority(Configuration(), [](NodeId) { return 7U; }) == 0);
}

TEST_CASE("a member is added as a learner, promoted and removed", "[raft-membership]") {
  Configuration configuration = Voters(3);
  CHECK(configuration.Apply({Change::Kind::kAddLearner, 4}));
  CHECK(configuration.learners == std::vector<NodeId>{4});
  CHECK(configuration.Apply({Change::Kind::kPromote, 4}));
  CHECK(configuration == Voters(4));
  CHECK(configuration.Apply({Change::Kind::kRemove, 4}));
  CHECK(configuration == Voters(3));
}

TEST_CASE("a change that makes no sense changes nothing", "[raft-membership]") {
  Configuration configuration = Voters(1);
  CHECK_FALSE(configuration.Apply({Change::Kind::kAddLearner, 1}));
  CHECK_FALSE(configuration.Apply({Change::Kind::kAddLearner, kNobody}));
  CHECK_FALSE(configuration.Apply({Change::Kind::kPromote, 1}));
  CHECK_FALSE(configuration.Apply({Change::Kind::kPromote, 2}));
  CHECK_FALSE(configuration.Apply({Change::Kind::kRemove, 2}));
  CHECK_FALSE(configuration.Apply({Change::Kind::kRemove, 1}));  // Nobody would be left.
  CHECK(configuration == Voters(1));
}

}  // namespace
}  // namespace strata::raft
