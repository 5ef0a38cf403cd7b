// strata scrub and strata repair from outside.

#include <catch2/catch.hpp>

#include "cli_world.h"

namespace strata::cli {
namespace {

TEST_CASE("a damaged store is scrubbed, written to, and repaired into a new one",
          "[scrub-and-repair]") {
  RunCliScript("repair.txt");
}

}  // namespace
}  // namespace strata::cli
