// Tuples, hierarchies and indexes, from outside.

#include <catch2/catch.hpp>

#include "cli_world.h"

namespace strata::cli {
namespace {

TEST_CASE("keys can be tuples, and rows found by what is in them", "[structured-keys]") {
  RunCliScript("keys.txt");
}

}  // namespace
}  // namespace strata::cli
