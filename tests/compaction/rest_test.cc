#include <catch2/catch.hpp>

#include "compaction/tree_text.h"
#include "testing/golden.h"

namespace strata::compaction {

TEST_CASE("at rest a level goes down as soon as that costs little for its size",
          "[learned-index]") {
  testing::RunGoldenScript("compaction/rest.txt", RunPolicyCommand);
}

}  // namespace strata::compaction
