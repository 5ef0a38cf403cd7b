// The power is cut before every file operation of a small workload, in every way that a disk may
// take it: the store always opens, with all that was promised and no hole.

#include <catch2/catch.hpp>

#include "base/random.h"
#include "testing/crash_sweep.h"
#include "testing/ledger.h"

namespace strata {
namespace {

using testing::Changes;
using testing::History;
using testing::StoreWorld;

std::string KeyOf(std::uint64_t n) {
  return "key" + std::to_string(100 + n);
}

Changes DrawChanges(Random& random, std::uint64_t version) {
  Changes changes;
  for (std::uint64_t i = 0; i <= random.Uniform(3); ++i) {
    const std::string key = KeyOf(random.Uniform(40));
    if (random.OneIn(5)) {
      changes.push_back({key, std::nullopt});
    } else {
      changes.push_back({key, std::to_string(version) + std::string(random.Uniform(120), 'v')});
    }
  }
  return changes;
}

// Writes, flushes, syncs, and closes and opens the store once.
Status WriteAndReopen(StoreWorld& world, History& history, FileSystem* files, std::uint64_t seed) {
  Random random(seed);
  for (std::uint64_t i = 0; i < 50; ++i) {
    WriteOptions options;
    if (random.OneIn(4)) options.sync = random.OneIn(2);
    STRATA_TRY(world.Write(DrawChanges(random, i), &history, options));
    if (i % 17 == 9) STRATA_TRY(world->Flush());
    if (i % 17 == 13) STRATA_TRY(world.Sync(&history));
    if (i != 30) continue;
    STRATA_TRY(world.Close());
    history.MarkDurable();
    STRATA_TRY(world.Open(files));
  }
  return {};
}

void SweepUnder(SyncMode sync) {
  testing::Ledger ledger("crash points, small");
  testing::CrashSweepOptions options{.nested_every = 64};
  options.store.sync = sync;
  options.store.memtable_bytes = 16 << 10;
  options.store.block_cache_bytes = 64 << 10;
  const auto report = testing::SweepCrashPoints(
      options, [](StoreWorld& world, History& history, FileSystem* files) {
        return WriteAndReopen(world, history, files, 5);
      });
  ledger.Add("operations", report.operations);
  ledger.Add("crash_images", report.images);
  ledger.Add("nested_images", report.nested_images);
  for (const std::string& failure : report.failures) FAIL_CHECK(failure);
  CHECK(report.operations >= 150);
  CHECK(report.images == 9 * report.operations);
}

TEST_CASE("a power cut at any file operation loses nothing that was synced", "[manifest]") {
  SweepUnder(SyncMode::kAlways);
}

TEST_CASE("a power cut at any file operation leaves a prefix of what wasn't synced", "[manifest]") {
  SweepUnder(SyncMode::kNone);
}

}  // namespace
}  // namespace strata
