// The power is cut before every file operation of a small workload whose values live in blob files
// and are collected: the store opens with all that was promised, and deleted keys stay deleted.

#include <catch2/catch.hpp>

#include "base/random.h"
#include "testing/crash_sweep.h"

namespace strata {
namespace {

using testing::Changes;
using testing::History;
using testing::StoreWorld;

Options TinyBlobs() {
  Options options;
  options.memtable_bytes = 16 << 10;
  options.block_cache_bytes = 64 << 10;
  options.compression = Compression::kNone;
  options.blob_threshold = 30;
  options.blob_file_bytes = 2 << 10;
  options.blob_garbage_ratio = 0.3;
  options.blob_overlap_max = 2;
  return options;
}

// Overwrites and deletes twelve keys, merges twice, and lets collections run to their end.
Status WriteAndCollect(StoreWorld& world, History& history, FileSystem*) {
  Random random(19);
  for (std::uint64_t i = 0; i < 24; ++i) {
    Changes changes;
    for (std::uint64_t k = 0; k < 4; ++k) {
      const std::string key = "key" + std::to_string(10 + random.Uniform(12));
      if (random.OneIn(4)) {
        changes.push_back({key, std::nullopt});
      } else {
        changes.push_back({key, std::to_string(i) + std::string(random.Uniform(150), 'v')});
      }
    }
    STRATA_TRY(world.Write(changes, &history));
    if (i % 12 != 11) continue;
    STRATA_TRY(world->CompactRange({}, {}));
    STRATA_TRY(world->WaitForCompactions());
  }
  return {};
}

TEST_CASE("a power cut at any step of a collection loses nothing and revives nothing",
          "[blob-collection]") {
  const testing::CrashSweepOptions options{.store = TinyBlobs(), .nested_every = 40};
  const auto report = testing::SweepCrashPoints(options, WriteAndCollect);
  for (const std::string& failure : report.failures) FAIL_CHECK(failure);
  for (const char* where : {"create .blob", "append .blob", "sync .blob", "remove .blob"}) {
    INFO(where);
    CHECK(report.by_operation.count(where) == 1);
  }
}

}  // namespace
}  // namespace strata
