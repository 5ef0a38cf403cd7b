#include "compaction/around_damage.h"

#include <catch2/catch.hpp>

#include "compaction/tree_text.h"

namespace strata::compaction {
namespace {

std::string Pick(const std::string& lines, int runs = 3,
                 CompactionStyle style = CompactionStyle::kLeveled) {
  const TreeText text = ParseTree(lines);
  const auto job = PickAround(text.tree, text.busy, style, {.level0_runs = runs});
  return job ? ShowJobs({*job}) : "nothing";
}

TEST_CASE("runs above a damaged one are merged among themselves, and stay above it",
          "[scrub-and-repair]") {
  const std::string tree =
      "L0.9  12:a-k:10\n"
      "L0.8  11:a-k:10\n"
      "L0.7  10:b-z:10\n"
      "L0.6   9:a-z:10\n"
      "L0.5   8:a-z:10\n"
      "busy 9\n";
  CHECK(Pick(tree).starts_with("merge 12 11 10 -> L0.9"));
  CHECK(Pick(tree, 4) == "nothing");
  CHECK(Pick(tree, 3, CompactionStyle::kTiered).starts_with("merge 12 11 10 -> L0.9"));
  CHECK(Pick(tree, 3, CompactionStyle::kNone) == "nothing");
  CHECK(Pick(tree, 3, CompactionStyle::kFifo) == "nothing");
  CHECK(Pick(tree, 3, CompactionStyle::kTimeWindow) == "nothing");
}

TEST_CASE("a run joins once those above it are as large together", "[scrub-and-repair]") {
  const std::string three =
      "L0.9  12:a-k:10\n"
      "L0.8  11:a-k:10\n"
      "L0.7  10:b-z:10\n";
  CHECK(Pick(three + "L0.6 9:a-z:31\n").starts_with("merge 12 11 10 -> L0.9"));
  CHECK(Pick(three + "L0.6 9:a-z:30\n").starts_with("merge 12 11 10 9 -> L0.9"));
  CHECK(Pick("L0.9 12:a-k:10\nL0.8 11:a-k:10\nL0.7 10:b-z:21\n") == "nothing");
}

TEST_CASE("over a damaged table of level 1 all of level 0 is", "[scrub-and-repair]") {
  CHECK(Pick("L0.9 12:a-k:10\nL0.8 11:a-k:10\nL0.7 10:b-z:10\nL1.1 5:a-z:90\nbusy 5\n")
            .starts_with("merge 12 11 10 -> L0.9"));
}

}  // namespace
}  // namespace strata::compaction
