// --config from outside, by a golden script.

#include <catch2/catch.hpp>

#include "cli_world.h"

namespace strata::cli {
namespace {

TEST_CASE("a configuration file sets what flags set, and a wrong one is told in one line",
          "[observability]") {
  RunCliScript("config.txt");
}

}  // namespace
}  // namespace strata::cli
