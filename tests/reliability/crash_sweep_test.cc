// Every file operation of workloads that touch every kind of file: the power is cut before it in
// every way, and inside the recoveries, and inside the recoveries of those.

#include <catch2/catch.hpp>

#include <algorithm>

#include "reliability/workloads.h"
#include "testing/ledger.h"

namespace strata::testing {
namespace {

struct SweepPlan {
  const char* name;
  SyncMode sync;
  WorkloadShape shape;
  std::uint64_t images_min;
  std::uint64_t nested_min;
  // Kinds of operations that must have been among them.
  std::vector<std::string> must_see;
  std::uint64_t every = 1;
};

const std::vector<std::string> kEveryKind = {
    "append_.wal", "sync_.wal",      "create_.wal",       "remove_.wal",     "create_.sst",
    "append_.sst", "sync_.sst",      "remove_.sst",       "append_MANIFEST", "sync_MANIFEST",
    "rename_.tmp", "sync_.tmp",      "sync_directory_db", "lock_LOCK",       "create_MANIFEST",
    "create_.tmp", "remove_MANIFEST"};

// The ledger says how often each kind of operation on each kind of file was crashed before.
void Sweep(const SweepPlan& plan) {
  Ledger ledger(plan.name);
  for (std::uint64_t round = 0; round < ScaledRounds(); ++round) {
    WorkloadShape shape = plan.shape;
    shape.seed += round;
    const CrashSweepOptions options{.store = TinyStore(plan.sync),
                                    .seed = shape.seed,
                                    .every = plan.every * ScaledStride(),
                                    .nested_every = 40,
                                    .depth = 2};
    const CrashReport report = SweepCrashPoints(options, MakeWorkload(shape));
    ledger.Add("operations", report.operations);
    ledger.Add("crash_images", report.images);
    ledger.Add("nested_images", report.nested_images);
    for (const auto& [where, images] : report.by_operation) {
      std::string name = "before:" + where;
      std::replace(name.begin(), name.end(), ' ', '_');
      ledger.Add(name, images);
    }
    for (const std::string& failure : report.failures) FAIL_CHECK(failure);
  }
  CHECK(ledger.Shortfall("crash_images", plan.images_min) == "");
  CHECK(ledger.Shortfall("nested_images", plan.nested_min) == "");
  for (const std::string& where : plan.must_see) {
    INFO(where);
    CHECK((TestScale() < 1 || ledger.Get("before:" + where) > 0));
  }
}

TEST_CASE("no power cut loses what was synced", "[parallel-reads][long]") {
  Sweep({"crash points, sync always",
         SyncMode::kAlways,
         {.seed = 11, .writes = 300},
         15'000,
         10'000,
         kEveryKind});
}

TEST_CASE("no power cut leaves a hole in what wasn't synced", "[parallel-reads][long]") {
  Sweep({"crash points, sync none",
         SyncMode::kNone,
         {.seed = 12, .writes = 300},
         15'000,
         10'000,
         kEveryKind});
}

TEST_CASE("no power cut hits the manifest while it begins anew", "[parallel-reads][long]") {
  Sweep({"crash points, long keys",
         SyncMode::kInterval,
         {.seed = 13, .writes = 120, .long_keys = true, .reopen_every = 1000},
         3'500,
         2'000,
         {"create_MANIFEST", "append_MANIFEST", "sync_MANIFEST", "remove_MANIFEST", "rename_.tmp"},
         3});
}

}  // namespace
}  // namespace strata::testing
