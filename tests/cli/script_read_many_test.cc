// multi-get, trace and explore-policies from outside.

#include <catch2/catch.hpp>

#include "cli_world.h"

namespace strata::cli {
namespace {

TEST_CASE("multi-get and trace tell what they found", "[parallel-reads]") {
  RunCliScript("read_many.txt");
}

}  // namespace
}  // namespace strata::cli
