// strata check from outside.

#include <catch2/catch.hpp>

#include "cli_world.h"

namespace strata::cli {
namespace {

TEST_CASE("check judges a history and shows the operations that can't be", "[linearizability]") {
  RunCliScript("check.txt");
}

}  // namespace
}  // namespace strata::cli
