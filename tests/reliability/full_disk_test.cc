// Disks that are full for a while; see full_disk.h.

#include "reliability/full_disk.h"

#include <catch2/catch.hpp>

#include "reliability/workloads.h"
#include "testing/ledger.h"

namespace strata::testing {
namespace {

void Sweep(const char* name, const Options& options) {
  Ledger ledger(name);
  const FullDiskReport report = SweepFullDisks(options, 40 * ScaledStride());
  ledger.Add("full_disks", report.full_disks);
  ledger.Add("refused", report.refused);
  for (const std::string& failure : report.failures) FAIL_CHECK(failure);
  CHECK(ledger.Shortfall("full_disks", 300) == "");
  CHECK(ledger.Shortfall("refused", 8'000) == "");
}

TEST_CASE("a disk that is full for a while refuses writes, loses none, and is written to again",
          "[tables][long]") {
  Sweep("full for a while, sync always", TinyStore(SyncMode::kAlways));
}

TEST_CASE("a disk that is full for a while leaves a prefix of what nobody synced",
          "[tables][long]") {
  Sweep("full for a while, sync none", TinyStore(SyncMode::kNone));
}

}  // namespace
}  // namespace strata::testing
