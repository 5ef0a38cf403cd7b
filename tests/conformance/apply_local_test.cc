#include <catch2/catch.hpp>

#include "conformance/apply_conformance.h"
#include "testing/store_world.h"

namespace strata::testing {
namespace {

Options Tiny(SyncMode sync) {
  Options options;
  options.sync = sync;
  options.memtable_bytes = 20'000;
  options.block_bytes = 1024;
  options.level0_runs = 2;
  options.level1_bytes = 8192;
  options.level_multiplier = 2;
  options.table_bytes = 4096;
  options.blob_threshold = 500;
  options.direct_value_bytes = 500;
  return options;
}

class LocalWorld final : public ApplyWorld {
 public:
  LocalWorld(const Options& options, std::uint64_t seed)
      : world_(NewMemoryFileSystem(), options, seed) {
    // The store's own clock is far ahead of the entries': all has expired by it.
    world_.clock().Advance(1'000'000'000);
    REQUIRE(world_.Open());
  }

  DB& db() override { return world_.db(); }
  Status CloseAndOpen() override {
    STRATA_TRY(world_.Close());
    return world_.Open();
  }
  Status Kill() override {
    world_.Kill();
    return world_.Open();
  }
  Status PowerCut(CrashKind kind, Random& random) override {
    world_.PowerCut(kind, random);
    return world_.Open();
  }
  void RunBackground() override { world_.executor().RunOne(); }

 private:
  StoreWorld world_;
};

MakeApplyWorld MakeLocal(SyncMode sync, MemtableKind memtable) {
  return [=](std::uint64_t seed) {
    Options options = Tiny(sync);
    options.memtable = memtable;
    return std::make_unique<LocalWorld>(options, seed);
  };
}

TEST_CASE("a local store applies entries as every other does, whatever happens to it",
          "[learned-index]") {
  CheckApplyConformance(MakeLocal(SyncMode::kAlways, MemtableKind::kPrefixTree));
}

TEST_CASE("a local store that doesn't sync its log applies entries as every other does",
          "[learned-index]") {
  CheckApplyConformance(MakeLocal(SyncMode::kNone, MemtableKind::kSkipList));
}

}  // namespace
}  // namespace strata::testing
