// strata load from outside: wrong usage, and counts; no times.

#include <catch2/catch.hpp>

#include "cli_world.h"

namespace strata::cli {
namespace {

TEST_CASE("load asks a server as often as it was told to", "[client]") {
  RunCliScript("load.txt");
}

}  // namespace
}  // namespace strata::cli
