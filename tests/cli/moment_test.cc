#include "cli/format/moment.h"

#include <catch2/catch.hpp>

#include "testing/results.h"

namespace strata::cli {
namespace {

using testing::CodeOf;
using testing::Must;

TEST_CASE("a moment is written as RFC 3339 has it, and read again", "[backup-and-restore]") {
  CHECK(FormatMoment(0) == "1970-01-01T00:00:00Z");
  CHECK(FormatMoment(951'782'400'000'000) == "2000-02-29T00:00:00Z");
  CHECK(FormatMoment(1'796'115'600'250'000) == "2026-12-01T09:00:00.25Z");
  for (const std::uint64_t micros :
       {0ULL, 1ULL, 1'796'115'600'250'000ULL, 4'102'444'799'999'999ULL}) {
    CHECK(Must(ParseMoment(FormatMoment(micros))) == micros);
  }
}

TEST_CASE("a moment may have an offset", "[backup-and-restore]") {
  const std::uint64_t at = Must(ParseMoment("2026-12-01T01:00:00Z"));
  CHECK(Must(ParseMoment("2026-12-01T03:30:00+02:30")) == at);
  CHECK(Must(ParseMoment("2026-11-30T20:00:00-05:00")) == at);
  CHECK(Must(ParseMoment("2026-12-01T01:00:00.000001999Z")) == at + 1);
}

TEST_CASE("what is no moment is refused, with an example", "[backup-and-restore]") {
  for (const char* wrong : {"", "now", "2026-12-01", "2026-12-01T01:00:00", "2026-12-01 01:00:00Z",
                            "2026-02-30T01:00:00Z", "2026-12-01T24:00:00Z", "2026-12-01T01:60:00Z",
                            "2026-13-01T01:00:00Z", "2026-12-01T01:00:00+02",
                            "2026-12-01T01:00:00Zx", "1969-12-31T23:59:59Z"}) {
    INFO(wrong);
    CHECK(CodeOf(ParseMoment(wrong)) == "invalid argument");
  }
  CHECK(ParseMoment("now").error().message().find("2026-12-01T09:30:00Z") != std::string::npos);
}

}  // namespace
}  // namespace strata::cli
