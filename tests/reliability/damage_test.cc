// Every bit of a small store flipped, every byte overwritten, every length, pieces and files in the
// wrong place: the answer is right, or an error says where the damage is.

#include "reliability/damage.h"

#include <catch2/catch.hpp>

#include "testing/ledger.h"

namespace strata::testing {
namespace {

void Report(Ledger& ledger, const std::string& kind, const DamageReport& report) {
  ledger.Add(kind, report.images);
  ledger.Add("detected", report.detected);
  for (const auto& [path, images] : report.by_file) {
    ledger.Add("in_" + path.substr(path.rfind('/') + 1), images);
  }
  for (const std::string& failure : report.failures) FAIL_CHECK(failure);
}

TEST_CASE("no flipped bit of a closed store is read as data", "[parallel-reads][long]") {
  Ledger ledger("bits of a closed store");
  Report(ledger, "flips", FlipBits(MakeClosedStore(), {.bit_step = ScaledStride()}));
  CHECK((TestScale() < 1 || ledger.Get("flips") >= 35'000));
  CHECK(ledger.Get("detected") * 100 >= ledger.Get("flips") * 99);
}

TEST_CASE("no overwritten or missing byte of a closed store is read as data",
          "[parallel-reads][long]") {
  Ledger ledger("bytes of a closed store");
  Report(ledger, "images", ResizeAndOverwrite(MakeClosedStore(), {.bit_step = ScaledStride()}));
  CHECK((TestScale() < 1 || ledger.Get("images") >= 14'000));
}

TEST_CASE("nothing of a closed store is read in the wrong place", "[parallel-reads][long]") {
  Ledger ledger("pieces of a closed store");
  Report(ledger, "images", Misplace(MakeClosedStore(), {}));
  CHECK((TestScale() < 1 || ledger.Get("images") >= 350));
}

TEST_CASE("damage to the log of a killed store is found, or hits only its last batch",
          "[parallel-reads][long]") {
  Ledger ledger("log of a killed store");
  const Specimen specimen = MakeKilledStore();
  for (const char* only : {".wal", "MANIFEST", "CURRENT"}) {
    Report(ledger, "flips", FlipBits(specimen, {.bit_step = ScaledStride(), .only = only}));
    Report(ledger, "images",
           ResizeAndOverwrite(specimen, {.bit_step = ScaledStride(), .only = only}));
  }
  Report(ledger, "images", Misplace(specimen, {}));
  CHECK((TestScale() < 1 || ledger.Get("flips") >= 8'000));
  CHECK((TestScale() < 1 || ledger.Get("images") >= 3'000));
}

}  // namespace
}  // namespace strata::testing
