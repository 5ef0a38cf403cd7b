#include <catch2/catch.hpp>

#include "compaction/tree_text.h"
#include "testing/golden.h"
#include "testing/results.h"

namespace strata::compaction {

TEST_CASE("one integer says how many runs a level takes and how much it holds",
          "[compaction-policies]") {
  const auto shape = [](int w) {
    return std::to_string(ShapeOf(w).runs_max) + " runs, x" + std::to_string(ShapeOf(w).fan_out);
  };
  CHECK(shape(2) == "4 runs, x4");
  CHECK(shape(8) == "10 runs, x10");
  CHECK(shape(1) == "3 runs, x3");
  CHECK(shape(0) == "2 runs, x2");
  CHECK(shape(-1) == "2 runs, x3");
  CHECK(shape(-8) == "2 runs, x10");

  CHECK(testing::Must(ParseUnifiedW("2,2,-8")) == std::vector<int>{2, 2, -8});
  CHECK(testing::Must(ParseUnifiedW("0")) == std::vector<int>{0});
  for (const char* wrong : {"", ",", "2,", ",2", "2 ,3", "a", "1001", "-1001", "2,,3"}) {
    CAPTURE(wrong);
    CHECK(testing::CodeOf(ParseUnifiedW(wrong)) == "invalid argument");
  }
}

TEST_CASE("a unified level merges all its runs and hands them down by size",
          "[compaction-policies]") {
  testing::RunGoldenScript("compaction/unified.txt", RunPolicyCommand);
}

TEST_CASE("time windows close in order and are never merged with each other",
          "[compaction-policies]") {
  testing::RunGoldenScript("compaction/time_window.txt", RunPolicyCommand);
}

TEST_CASE("FIFO drops a tail of the oldest runs", "[compaction-policies]") {
  testing::RunGoldenScript("compaction/fifo.txt", RunPolicyCommand);
}

}  // namespace strata::compaction
