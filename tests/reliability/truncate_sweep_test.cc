// Truncations under crashes: every file operation of a workload that empties tables, the default
// one and a named one, is a place where the power goes.

#include <catch2/catch.hpp>

#include <string>

#include "base/random.h"
#include "reliability/workloads.h"
#include "testing/ledger.h"

namespace strata::testing {
namespace {

Status WriteTo(StoreWorld& world, History& history, TableRef table, int version, Random& random) {
  const std::string prefix = table == kDefaultTable ? "" : "t/";
  Changes changes;
  WriteBatch batch;
  for (std::uint64_t i = 0; i <= random.Uniform(3); ++i) {
    const std::string key = "key" + std::to_string(random.Uniform(10));
    const std::string value = std::to_string(version) + std::string(random.Uniform(200), 'v');
    batch.Put(key, value, {.table = table});
    changes.push_back({prefix + key, value});
  }
  history.Issue(std::move(changes));
  STRATA_TRY(world->Write(batch));
  history.Acknowledge(world.options().sync == SyncMode::kAlways);
  return {};
}

Status Truncate(StoreWorld& world, History& history, bool named) {
  Changes changes;
  for (const auto& [key, value] : history.now()) {
    if (key.starts_with("t/") == named) changes.push_back({key, std::nullopt});
  }
  history.Issue(std::move(changes));
  STRATA_TRY(world->TruncateTable(named ? "t" : "default"));
  history.Acknowledge(/*durable=*/true);
  return {};
}

Status Work(StoreWorld& world, History& history, FileSystem* files) {
  Random random(9);
  STRATA_TRY_ASSIGN(const TableRef table, world->CreateTable("t", {}));
  for (int i = 1; i <= 45; ++i) {
    STRATA_TRY(WriteTo(world, history, kDefaultTable, i, random));
    STRATA_TRY(WriteTo(world, history, table, i, random));
    if (i % 7 == 3) STRATA_TRY(world->Flush());
    if (i % 9 == 5) STRATA_TRY(Truncate(world, history, random.OneIn(2)));
    if (i % 11 == 10) STRATA_TRY(Truncate(world, history, false));
    if (i % 4 == 1) world.executor().RunOne();
    if (i % 18 == 0) {
      STRATA_TRY(world.Close());
      STRATA_TRY(world.Open(files));
    }
  }
  return world->WaitForCompactions();
}

TEST_CASE("a table is truncated or not wherever the power is cut", "[redis-protocol][long]") {
  Ledger ledger("crash points, truncations");
  for (const Options& store : {TinyStore(SyncMode::kAlways), TinyDirectStore(SyncMode::kAlways),
                               TinyStore(SyncMode::kNone), TinyDirectStore(SyncMode::kNone)}) {
    const CrashSweepOptions options{
        .store = store, .seed = 9, .every = 7 * ScaledStride(), .nested_every = 150, .depth = 2};
    const CrashReport report = SweepCrashPoints(options, Work);
    ledger.Add("crash_images", report.images);
    ledger.Add("nested_images", report.nested_images);
    for (const std::string& failure : report.failures) FAIL_CHECK(failure);
  }
  CHECK(ledger.Shortfall("crash_images", 1'000) == "");
}

}  // namespace
}  // namespace strata::testing
