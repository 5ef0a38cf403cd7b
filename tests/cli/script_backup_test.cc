// Backups and restores, from outside.

#include <catch2/catch.hpp>

#include "cli_world.h"

namespace strata::cli {
namespace {

TEST_CASE("backups are made, listed, checked, pruned and restored", "[backup-and-restore]") {
  RunCliScript("backup.txt");
}

}  // namespace
}  // namespace strata::cli
