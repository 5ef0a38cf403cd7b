// Tables that are emptied at once, from outside.

#include <catch2/catch.hpp>

#include "cli_world.h"

namespace strata::cli {
namespace {

TEST_CASE("tables are truncated from the command line, the default one too", "[redis-protocol]") {
  RunCliScript("truncate.txt");
}

}  // namespace
}  // namespace strata::cli
