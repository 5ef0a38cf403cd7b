// Named tables and entries that expire, from outside.

#include <catch2/catch.hpp>

#include "cli_world.h"

namespace strata::cli {
namespace {

TEST_CASE("tables are made, used and dropped from the command line", "[expiry]") {
  RunCliScript("tables.txt");
}

TEST_CASE("a transaction in the shell writes to several tables at once", "[expiry]") {
  RunCliScript("transaction_tables.txt");
}

TEST_CASE("a table says from which size on its values live apart", "[value-separation]") {
  RunCliScript("blob_tables.txt");
}
}  // namespace
}  // namespace strata::cli
