// A table with a learned index, from outside.

#include <catch2/catch.hpp>

#include "cli_world.h"

namespace strata::cli {
namespace {

TEST_CASE("a learned index is chosen by a flag, and inspect and stats tell of it",
          "[learned-index]") {
  RunCliScript("learned.txt");
}

}  // namespace
}  // namespace strata::cli
