// Every file operation of a store whose values live in blob files: the power is cut before it, and
// it fails in every way. The removal of old files is among them.

#include <catch2/catch.hpp>

#include <algorithm>

#include "reliability/faults.h"
#include "reliability/full_disk.h"
#include "reliability/workloads.h"
#include "testing/ledger.h"

namespace strata::testing {
namespace {

void SweepCrashesOf(const char* name, const Options& store, std::uint64_t writes,
                    std::uint64_t least) {
  Ledger ledger(name);
  for (std::uint64_t round = 0; round < ScaledRounds(); ++round) {
    const CrashSweepOptions options{.store = store,
                                    .seed = 21 + round,
                                    .every = ScaledStride(),
                                    .nested_every = 40,
                                    .depth = 2};
    const CrashReport report =
        SweepCrashPoints(options, MakeWorkload({.seed = 21 + round, .writes = writes}));
    ledger.Add("crash_images", report.images);
    ledger.Add("nested_images", report.nested_images);
    for (const auto& [where, images] : report.by_operation) {
      std::string before = "before:" + where;
      std::replace(before.begin(), before.end(), ' ', '_');
      ledger.Add(before, images);
    }
    for (const std::string& failure : report.failures) FAIL_CHECK(failure);
  }
  CHECK(ledger.Shortfall("crash_images", least) == "");
  for (const char* where : {"create_.blob", "append_.blob", "sync_.blob", "remove_.blob"}) {
    INFO(where);
    CHECK((TestScale() < 1 || ledger.Get("before:" + std::string(where)) > 0));
  }
}

TEST_CASE("no power cut loses a value that lives in a blob file", "[value-separation][long]") {
  SweepCrashesOf("crash points, blobs", TinyBlobStore(SyncMode::kAlways), 120, 4'000);
}

TEST_CASE("no power cut leaves a hole where values live in blob files",
          "[value-separation][long]") {
  SweepCrashesOf("crash points, blobs, sync none", TinyBlobStore(SyncMode::kNone), 120, 4'000);
}

TEST_CASE("no power cut loses a value that was written directly", "[value-separation][long]") {
  SweepCrashesOf("crash points, direct", TinyDirectStore(SyncMode::kAlways), 120, 4'000);
}

TEST_CASE("no power cut leaves a hole where values were written directly",
          "[value-separation][long]") {
  SweepCrashesOf("crash points, direct, sync none", TinyDirectStore(SyncMode::kNone), 120, 4'000);
}

TEST_CASE("any error while values are written directly is reported, and nothing is lost",
          "[value-separation][long]") {
  FaultSweepOptions options;
  options.store = TinyDirectStore(SyncMode::kAlways);
  options.shape = {.seed = 34, .writes = 50, .reopen_every = 20};
  options.faults = AllFaults();
  options.every = ScaledStride();
  const FaultReport report = SweepFaults(options);
  for (const std::string& failure : report.failures) FAIL_CHECK(failure);
  CHECK((TestScale() < 1 || report.faults >= 2'000));
}

TEST_CASE("any error of any operation on blob files is reported, and nothing is lost",
          "[value-separation][long]") {
  Ledger ledger("faults, blobs");
  FaultSweepOptions options;
  options.store = TinyBlobStore(SyncMode::kAlways);
  options.shape = {.seed = 33, .writes = 50, .reopen_every = 20};
  options.faults = AllFaults();
  options.every = ScaledStride();
  const FaultReport report = SweepFaults(options);
  ledger.Add("faults", report.faults);
  for (const std::string& failure : report.failures) FAIL_CHECK(failure);
  CHECK(ledger.Shortfall("faults", 2'000) == "");
}

TEST_CASE("a disk that fills up while values go to blob files loses nothing",
          "[value-separation][long]") {
  FaultSweepOptions options;
  options.store = GENERATE(TinyBlobStore(SyncMode::kAlways), TinyDirectStore(SyncMode::kAlways));
  options.shape = {.seed = 5, .writes = 60, .reopen_every = 20};
  bool was_full = true;
  std::uint64_t capacity = 3'000;
  for (; was_full; capacity += 1'571) {
    const FullDisk outcome = FillDisk(options, capacity);
    INFO(capacity);
    REQUIRE(outcome.wrong.empty());
    was_full = outcome.was_full;
  }
  CHECK(capacity > 6'000);
}

TEST_CASE("a disk that is full for a while loses no value that lives apart",
          "[value-separation][long]") {
  Ledger ledger("full for a while, blobs");
  for (const Options& store :
       {TinyBlobStore(SyncMode::kAlways), TinyDirectStore(SyncMode::kAlways)}) {
    const FullDiskReport report = SweepFullDisks(store, 60 * ScaledStride());
    ledger.Add("full_disks", report.full_disks);
    ledger.Add("refused", report.refused);
    for (const std::string& failure : report.failures) FAIL_CHECK(failure);
  }
  CHECK(ledger.Shortfall("full_disks", 400) == "");
}

}  // namespace
}  // namespace strata::testing
