// What holds of every damage and every power cut holds of sealed stores: the same sweeps, over
// stores that are sealed, and over rotations of their keys.

#include <catch2/catch.hpp>

#include <cstdlib>

#include "reliability/damage.h"
#include "reliability/workloads.h"
#include "testing/ledger.h"
#include "testing/sealed_store.h"

namespace strata::testing {
namespace {

// From here on every store of this process, which runs one case, is sealed.
void SealAll() {
  ::setenv("STRATA_TEST_SEALED", "1", 1);
}

void Report(Ledger& ledger, const std::string& kind, const DamageReport& report) {
  ledger.Add(kind, report.images);
  ledger.Add("detected", report.detected);
  for (const std::string& failure : report.failures) FAIL_CHECK(failure);
}

TEST_CASE("no flipped bit, byte or length of a sealed store is read as data",
          "[encryption-at-rest][long]") {
  SealAll();
  Ledger ledger("a sealed store");
  const Specimen specimen = MakeClosedStore();
  Report(ledger, "flips", FlipBits(specimen, {.bit_step = ScaledStride()}));
  Report(ledger, "bytes", ResizeAndOverwrite(specimen, {.bit_step = ScaledStride()}));
  CHECK(ledger.Get("flips") > 0);
  // Of a store in the clear 1 % of the flips hit nothing that matters.
  CHECK(ledger.Get("detected") * 100 >= ledger.Get("flips") * 99);
}

TEST_CASE("nothing of a sealed store is read in the wrong place, or from an earlier time",
          "[encryption-at-rest][long]") {
  SealAll();
  Ledger ledger("pieces of a sealed store");
  Report(ledger, "closed", Misplace(MakeClosedStore(), {}));
  Report(ledger, "killed", Misplace(MakeKilledStore(), {}));
}

TEST_CASE("damage to the log of a sealed store that was killed is found, or hits its last batch",
          "[encryption-at-rest][long]") {
  SealAll();
  Ledger ledger("log of a sealed store");
  const Specimen specimen = MakeKilledStore();
  for (const char* only : {".wal", "MANIFEST", "CURRENT"}) {
    Report(ledger, "flips", FlipBits(specimen, {.bit_step = ScaledStride(), .only = only}));
  }
}

TEST_CASE("no power cut loses what a sealed store had synced", "[encryption-at-rest][long]") {
  SealAll();
  Ledger ledger("crash points of a sealed store");
  const CrashSweepOptions options{.store = TinyDirectStore(SyncMode::kAlways),
                                  .seed = 21,
                                  .every = 3 * ScaledStride(),
                                  .nested_every = 60};
  const CrashReport report = SweepCrashPoints(options, MakeWorkload({.seed = 21, .writes = 100}));
  ledger.Add("crash_images", report.images);
  for (const std::string& failure : report.failures) FAIL_CHECK(failure);
  CHECK(report.images > 0);
}

// cockroachdb/cockroach#69390, tikv/tikv#7560: a crash while keys were rotated left a store that
// didn't open.
TEST_CASE("no power cut in the middle of sealing anew leaves a store that doesn't open",
          "[encryption-at-rest][long]") {
  SealAll();
  Ledger ledger("crash points of sealing anew");
  const CrashWorkload workload = [](StoreWorld& world, History& history, FileSystem*) -> Status {
    for (int i = 0; i < 12; ++i) {
      STRATA_TRY(world.Write({{"key" + std::to_string(i), std::string(200, 'v')}}, &history));
    }
    RotateKeyring(world.disk());
    STRATA_TRY(world->SealAnew());
    return world.Write({{"after", "it"}}, &history);
  };
  const CrashSweepOptions options{
      .store = TinyBlobStore(SyncMode::kAlways), .seed = 31, .every = ScaledStride()};
  const CrashReport report = SweepCrashPoints(options, workload);
  ledger.Add("crash_images", report.images);
  for (const std::string& failure : report.failures) FAIL_CHECK(failure);
  CHECK(report.images > 0);
}

}  // namespace
}  // namespace strata::testing
