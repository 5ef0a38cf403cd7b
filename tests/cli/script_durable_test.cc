// What lesson write-ahead-log makes possible: a store that outlives the process, from outside.

#include <catch2/catch.hpp>

#include "cli_world.h"

namespace strata::cli {
namespace {

TEST_CASE("what one process wrote, the next one reads, and failures have their codes",
          "[write-ahead-log]") {
  RunCliScript("durable.txt");
}

TEST_CASE("an import says what is durable and goes on after a crash", "[write-ahead-log]") {
  RunCliScript("resume.txt");
}

TEST_CASE("inspect wal explains a log's bytes", "[write-ahead-log]") {
  RunCliScript("inspect_wal.txt");
}

}  // namespace
}  // namespace strata::cli
