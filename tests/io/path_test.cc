#include <catch2/catch.hpp>

#include "io/file_system.h"

namespace strata {
namespace {

TEST_CASE("paths are joined with one slash", "[map-and-shell]") {
  CHECK(JoinPath("dir", "name") == "dir/name");
  CHECK(JoinPath("dir/", "name") == "dir/name");
  CHECK(JoinPath("/", "name") == "/name");
  CHECK(JoinPath("", "name") == "name");
}

TEST_CASE("every path has a parent", "[map-and-shell]") {
  CHECK(ParentDirectory("a/b/c") == "a/b");
  CHECK(ParentDirectory("a/b/") == "a");
  CHECK(ParentDirectory("c") == ".");
  CHECK(ParentDirectory("/c") == "/");
  CHECK(ParentDirectory("/") == "/");
}

TEST_CASE("a path is split into its names", "[map-and-shell]") {
  CHECK(SplitPath("a//b/./c/") == std::vector<std::string>{"a", "b", "c"});
  CHECK(SplitPath("/a/../b") == std::vector<std::string>{"b"});
  CHECK(SplitPath("..").empty());
  CHECK(SplitPath("/").empty());
}

}  // namespace
}  // namespace strata
