// Tables from outside: export --format table and inspect table.

#include <catch2/catch.hpp>

#include "cli_world.h"

namespace strata::cli {
namespace {

TEST_CASE("export writes a table that inspect explains", "[sorted-tables]") {
  RunCliScript("inspect_table.txt");
}

}  // namespace
}  // namespace strata::cli
