// strata compact from outside.

#include <catch2/catch.hpp>

#include "cli_world.h"

namespace strata::cli {
namespace {

TEST_CASE("compact removes what was deleted and damage is never read as data",
          "[leveled-compaction]") {
  RunCliScript("compact.txt");
}

}  // namespace
}  // namespace strata::cli
