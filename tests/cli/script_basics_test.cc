// The verbs of lesson map-and-shell from outside, by golden scripts.

#include <catch2/catch.hpp>

#include "cli_world.h"

namespace strata::cli {
namespace {

TEST_CASE("put, get, delete and scan do what they say", "[map-and-shell]") {
  RunCliScript("verbs.txt");
}

TEST_CASE("every output format prints the same entries", "[map-and-shell]") {
  RunCliScript("formats.txt");
}

TEST_CASE("what export writes, import reads back", "[map-and-shell]") {
  RunCliScript("files.txt");
}

TEST_CASE("wrong input files are named by file, line and remedy", "[map-and-shell]") {
  RunCliScript("wrong_files.txt");
}

TEST_CASE("wrong usage says what is wrong and what was perhaps meant", "[map-and-shell]") {
  RunCliScript("usage.txt");
}

TEST_CASE("the shell reads commands from a pipe and survives their errors", "[map-and-shell]") {
  RunCliScript("shell.txt");
}

}  // namespace
}  // namespace strata::cli
