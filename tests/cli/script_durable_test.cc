// What lesson 3 makes possible: a store that outlives the process, from outside.

#include <catch2/catch.hpp>

#include "cli_world.h"

namespace strata::cli {
namespace {

TEST_CASE("what one process wrote, the next one reads, and failures have their codes", "[L03]") {
  RunCliScript("durable.txt");
}

TEST_CASE("an import says what is durable and goes on after a crash", "[L03]") {
  RunCliScript("resume.txt");
}

TEST_CASE("inspect wal explains a log's bytes", "[L03]") {
  RunCliScript("inspect_wal.txt");
}

}  // namespace
}  // namespace strata::cli
