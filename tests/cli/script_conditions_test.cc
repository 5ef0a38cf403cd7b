// Conditional writes from outside.

#include <catch2/catch.hpp>

#include "cli_world.h"

namespace strata::cli {
namespace {

TEST_CASE("a write with a condition says what is there instead, with exit code 5",
          "[conditional-writes]") {
  RunCliScript("conditions.txt");
}

}  // namespace
}  // namespace strata::cli
