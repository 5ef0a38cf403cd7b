// strata bench from outside: names, counts and wrong usage; no times.

#include <catch2/catch.hpp>

#include "cli_world.h"

namespace strata::cli {
namespace {

TEST_CASE("bench runs every workload with the number of operations asked for",
          "[flush-and-merge]") {
  RunCliScript("bench.txt");
}

}  // namespace
}  // namespace strata::cli
