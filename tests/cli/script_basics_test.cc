// The verbs of lesson 1 from outside, by golden scripts.

#include <catch2/catch.hpp>

#include "cli_world.h"

namespace strata::cli {
namespace {

TEST_CASE("put, get, delete and scan do what they say", "[L01]") {
  RunCliScript("verbs.txt");
}

TEST_CASE("every output format prints the same entries", "[L01]") {
  RunCliScript("formats.txt");
}

TEST_CASE("what export writes, import reads back", "[L01]") {
  RunCliScript("files.txt");
}

TEST_CASE("wrong input files are named by file, line and remedy", "[L01]") {
  RunCliScript("wrong_files.txt");
}

TEST_CASE("wrong usage says what is wrong and what was perhaps meant", "[L01]") {
  RunCliScript("usage.txt");
}

TEST_CASE("the shell reads commands from a pipe and survives their errors", "[L01]") {
  RunCliScript("shell.txt");
}

}  // namespace
}  // namespace strata::cli
