#include "cli/bench/workload.h"

#include <catch2/catch.hpp>

#include "io/memory_file_system.h"

namespace strata::cli {
namespace {

// A store on a disk in memory.
struct World {
  World() : files(NewMemoryFileSystem()), executor(NewThreadExecutor(1, 1, RealClock())) {
    environment = {files.get(), &RealClock(), executor.get(), SeededEntropy(7)};
    Options options;
    options.environment = &environment;
    options.sync = SyncMode::kNone;
    db = DB::Open(options, "db").value();
  }

  WorkloadResult Run(std::string_view name, const WorkloadOptions& options) {
    return RunWorkload(*db, environment, name, options).value();
  }

  std::unique_ptr<MemoryFileSystem> files;
  std::unique_ptr<Executor> executor;
  Environment environment;
  std::unique_ptr<DB> db;
};

TEST_CASE("fillseq writes every key once, whatever the threads and the batch",
          "[flush-and-merge]") {
  for (const int threads : {1, 3}) {
    for (const std::uint64_t batch : {1, 7}) {
      World world;
      const WorkloadOptions options{
          .num = 100, .value_size = 10, .batch = batch, .threads = threads};
      CHECK(world.Run("fillseq", options).operations == 100);
      const WorkloadResult read = world.Run("scan", options);
      CHECK(read.found >= 100);
      CHECK(world.Run("readrandom", options).found == 100);
      CHECK(world.Run("readmissing", options).found == 0);
    }
  }
}

TEST_CASE("the same seed reads and writes the same", "[flush-and-merge]") {
  const WorkloadOptions options{.num = 200, .value_size = 10, .seed = 5};
  World one;
  World two;
  one.Run("fillrandom", options);
  two.Run("fillrandom", options);
  CHECK(one.Run("readrandom", options).found == two.Run("readrandom", options).found);
}

TEST_CASE("an unknown workload is refused", "[flush-and-merge]") {
  World world;
  CHECK_FALSE(RunWorkload(*world.db, world.environment, "nope", {}));
  CHECK(NeedsKeys("readrandom"));
  CHECK_FALSE(NeedsKeys("fillseq"));
}

}  // namespace
}  // namespace strata::cli
