#include "io/os_error.h"

#include <catch2/catch.hpp>

#include <cerrno>

#include "testing/results.h"

namespace strata {
namespace {

using testing::Outcome;

TEST_CASE("an errno becomes a code that callers branch on, and words", "[map-and-shell]") {
  const auto outcome = [](int error_number) {
    return Outcome(Status(OsError(error_number, "writing", "d/f")));
  };
  CHECK(outcome(ENOSPC) == "no space: writing d/f: No space left on device");
  CHECK(outcome(EDQUOT) == "no space: writing d/f: Disk quota exceeded");
  CHECK(outcome(ENOENT) == "not found: writing d/f: No such file or directory");
  CHECK(outcome(EIO) == "i/o error: writing d/f: Input/output error");
}

TEST_CASE("a range or a size that a file can't have is corruption", "[map-and-shell]") {
  CHECK(Outcome(Status(ReadPastEnd("f", 10, 4, 12))) ==
        "corruption: reading f: wanted 4 bytes at offset 10, but the file ends at 12");
  CHECK(Outcome(Status(FileTooLarge("f", 100))) ==
        "corruption: reading f: larger than the 100 bytes that it may have");
}

}  // namespace
}  // namespace strata
