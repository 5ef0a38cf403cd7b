// Backups from outside, and the moments that people write.

#include <catch2/catch.hpp>

#include "cli/verbs/backup_time.h"
#include "cli_world.h"
#include "testing/results.h"

namespace strata::cli {
namespace {

using testing::CodeOf;
using testing::Must;

TEST_CASE("backups are made, listed, checked, pruned and restored from the command line",
          "[backup-and-restore]") {
  RunCliScript("backup.txt");
}

TEST_CASE("a moment is written in UTC and read as the end of its second", "[backup-and-restore]") {
  CHECK(FormatTime(0).empty());
  CHECK(FormatTime(1'796'099'400'123'456) == "2026-12-01T04:30:00Z");
  CHECK(Must(ParseTime("2026-12-01T04:30:00Z")) == 1'796'099'400'999'999);
  CHECK(Must(ParseTime("1970-01-01T00:00:00Z")) == 999'999);
  CHECK(Must(ParseTime("2024-02-29T23:59:59Z")) == 1'709'251'199'999'999);
  for (const char* wrong :
       {"", "2026-12-01", "2026-12-01T04:30:00", "2026-12-01T04:30:00+01:00",
        "2026-12-01T04:30:00Zx", "2026-13-01T04:30:00Z", "2025-02-29T04:30:00Z",
        "2026-12-01T24:30:00Z", "2026-12-01T04:60:00Z", "1969-12-31T23:59:59Z"}) {
    INFO(wrong);
    CHECK(CodeOf(ParseTime(wrong)) == "invalid argument");
  }
}

}  // namespace
}  // namespace strata::cli
