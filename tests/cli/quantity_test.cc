#include "cli/format/quantity.h"

#include <catch2/catch.hpp>

#include "testing/results.h"

namespace strata::cli {
namespace {

using strata::testing::CodeOf;

TEST_CASE("sizes have units of 1024 and of 1000", "[map-and-shell]") {
  CHECK(ParseSize("0").value() == 0);
  CHECK(ParseSize("65536").value() == 65536);
  CHECK(ParseSize("64KiB").value() == 65536);
  CHECK(ParseSize("64K").value() == 65536);
  CHECK(ParseSize("64 kB").value() == 64000);
  CHECK(ParseSize("1.5MiB").value() == 1572864);
  CHECK(ParseSize("1GB").value() == 1'000'000'000);
  CHECK(ParseSize("18446744073709551615").value() == 18446744073709551615ULL);
}

TEST_CASE("what isn't a number with a known unit is refused", "[map-and-shell]") {
  for (const std::string_view bad : {"", "x", "-1", "+1", "1x", "1 2", "KiB", "0x10", "1e3", "inf",
                                     "nan", "99999999999999TiB"}) {
    INFO(bad);
    CHECK(CodeOf(ParseSize(bad)) == "invalid argument");
  }
  CHECK(CodeOf(ParseCount("1KiB")) == "invalid argument");
  CHECK(CodeOf(ParseDurationMicros("10")) == "invalid argument");
}

TEST_CASE("counts and times have units too", "[map-and-shell]") {
  CHECK(ParseCount("10k").value() == 10'000);
  CHECK(ParseCount("3M").value() == 3'000'000);
  CHECK(ParseDurationMicros("250ms").value() == 250'000);
  CHECK(ParseDurationMicros("1.5h").value() == 5'400'000'000);
  CHECK(ParseDurationMicros("0").value() == 0);
}

TEST_CASE("numbers are printed as people read them", "[map-and-shell]") {
  CHECK(FormatSize(1023) == "1023 B");
  CHECK(FormatSize(1024) == "1.0 KiB");
  CHECK(FormatSize((1 << 20) - 1) == "1.0 MiB");
  CHECK(FormatSize(64ULL << 20) == "64.0 MiB");
  CHECK(FormatCount(0) == "0");
  CHECK(FormatCount(999) == "999");
  CHECK(FormatCount(1'234'567) == "1,234,567");
  CHECK(FormatNanos(999) == "999 ns");
  CHECK(FormatNanos(1'300'000) == "1.30 ms");
  CHECK(FormatNanos(2'500'000'000) == "2.50 s");
}

}  // namespace
}  // namespace strata::cli
