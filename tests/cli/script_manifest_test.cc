// inspect manifest and verify from outside.

#include <catch2/catch.hpp>

#include "cli_world.h"

namespace strata::cli {
namespace {

TEST_CASE("verify and inspect manifest tell a sound store from a damaged one", "[manifest]") {
  RunCliScript("manifest.txt");
}

}  // namespace
}  // namespace strata::cli
