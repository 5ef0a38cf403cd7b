#include "compaction/small_files.h"

#include <catch2/catch.hpp>

#include "compaction/tree_text.h"
#include "testing/golden.h"

namespace strata::compaction {

TEST_CASE("what goes down takes small tables beside it along", "[learned-index]") {
  testing::RunGoldenScript("compaction/small_files.txt", RunPolicyCommand);
}

}  // namespace strata::compaction
