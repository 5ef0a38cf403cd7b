#include "version/file_names.h"

#include <catch2/catch.hpp>

namespace strata {
namespace {

TEST_CASE("a file's name says its kind and its number", "[write-ahead-log]") {
  CHECK(LogFileName(7) == "000007.wal");
  CHECK(LogFileName(12345678) == "12345678.wal");
  CHECK(ParseFileName("000007.wal") == ParsedFileName{FileKind::kLog, 7});
  CHECK(ParseFileName("12345678.wal") == ParsedFileName{FileKind::kLog, 12345678});
  CHECK(ParseFileName("LOCK") == ParsedFileName{FileKind::kLock, 0});
}

TEST_CASE("only names that we would give are ours", "[write-ahead-log]") {
  for (const char* name : {"", ".", ".wal", "7.wal", "0000007.wal", "00000x.wal", "-00007.wal",
                           "000007.wal~", "000007", "lock", " 000007.wal", "000007.WAL",
                           "18446744073709551615.wal", "99999999999999999999.wal"}) {
    CAPTURE(name);
    CHECK_FALSE(ParseFileName(name).has_value());
  }
}

}  // namespace
}  // namespace strata
