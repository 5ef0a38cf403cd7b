// Transactions in the shell.

#include <catch2/catch.hpp>

#include "cli_world.h"

namespace strata::cli {
namespace {

TEST_CASE("the shell has transactions with savepoints", "[transactions]") {
  RunCliScript("transactions.txt");
}

}  // namespace
}  // namespace strata::cli
