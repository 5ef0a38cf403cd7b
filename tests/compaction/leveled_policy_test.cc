#include "compaction/leveled_policy.h"

#include <catch2/catch.hpp>

#include "compaction/tree_text.h"
#include "testing/golden.h"
#include "testing/results.h"

namespace strata::compaction {

TEST_CASE("a level's score says how far it is past what it should hold",
          "[leveled-compaction][leveled-compaction.1]") {
  testing::RunGoldenScript("compaction/score.txt", RunPolicyCommand);
}

TEST_CASE("the runs of level 0 that hang together go down together", "[leveled-compaction]") {
  testing::RunGoldenScript("compaction/level0.txt", RunPolicyCommand);
}

TEST_CASE("the leveled policy picks the cheapest table of a level that is due",
          "[leveled-compaction][leveled-compaction.1]") {
  testing::RunGoldenScript("compaction/leveled.txt", RunPolicyCommand);
}

TEST_CASE("a manual compaction takes a key range down level by level", "[leveled-compaction]") {
  testing::RunGoldenScript("compaction/manual.txt", RunPolicyCommand);
}

TEST_CASE("a policy refuses options that make no sense", "[leveled-compaction]") {
  const auto outcome = [](const std::string& words) {
    return testing::Outcome(MakePolicy(ParseOptions(words)));
  };
  CHECK(outcome("leveled") == "ok");
  CHECK(outcome("none") == "ok");
  CHECK(outcome("leveled level0=0") == "invalid argument: level0_runs must be 1 or more");
  CHECK(outcome("leveled level1=0") == "invalid argument: level1_bytes must be 1 or more");
  CHECK(outcome("leveled multiplier=1") == "invalid argument: level_multiplier must be 2 or more");
}

}  // namespace strata::compaction
