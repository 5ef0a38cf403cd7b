#include "cli/bench/series.h"

#include <catch2/catch.hpp>

#include "cli/bench/workload.h"
#include "io/memory_file_system.h"

namespace strata::cli {
namespace {

// A store in memory, on a clock that moves when told to.
struct World {
  World() : files(NewMemoryFileSystem()), executor(NewThreadExecutor(1, 1, RealClock())) {
    environment = {files.get(), &RealClock(), executor.get(), SeededEntropy(7)};
    Options options;
    options.environment = &environment;
    options.sync = SyncMode::kNone;
    db = DB::Open(options, "db").value();
  }

  std::unique_ptr<MemoryFileSystem> files;
  std::unique_ptr<Executor> executor;
  Environment environment;
  std::unique_ptr<DB> db;
};

TEST_CASE("a series closes a window when the first call ends after it", "[flush-and-merge]") {
  World world;
  ManualClock clock(0);
  SeriesRecorder series(*world.db, clock, 1000);
  series.Record(200, 50, 1);
  series.Record(900, 70, 2);
  REQUIRE(world.db->Put("key", "value"));
  series.Record(1500, 90, 4);  // Closes the first window, which lasted until then.
  clock.Advance(2);
  series.Finish();
  REQUIRE(series.windows().size() == 2);
  const SeriesWindow& first = series.windows()[0];
  CHECK(first.start_nanos == 0);
  CHECK(first.nanos == 1500);
  CHECK(first.operations == 3);
  CHECK(first.max == 70);
  CHECK(first.user_bytes_written == 8);
  const SeriesWindow& second = series.windows()[1];
  CHECK(second.start_nanos == 1500);
  CHECK(second.operations == 4);
  CHECK(second.max == 90);
  CHECK(second.user_bytes_written == 0);
}

TEST_CASE("the windows of a workload hold all of its operations", "[flush-and-merge]") {
  World world;
  WorkloadOptions options;
  options.num = 4000;
  options.threads = 2;
  options.window_micros = 500;
  const WorkloadResult result =
      RunWorkload(*world.db, world.environment, "fillseq", options).value();
  REQUIRE(result.series != nullptr);
  std::uint64_t operations = 0;
  std::uint64_t written = 0;
  for (const SeriesWindow& window : result.series->windows()) {
    operations += window.operations;
    written += window.user_bytes_written;
  }
  CHECK(operations == 4000);
  CHECK(written <= std::uint64_t{4000} * 116);
  const std::string json = SeriesJson("fillseq", result.seconds, *result.latency, *result.series);
  CHECK(json.starts_with("{\"workload\":\"fillseq\",\"start_us\":"));
  CHECK(json.ends_with("}]}"));
  CHECK(json.find("\"sync_times\":[],") != std::string::npos);
}

TEST_CASE("a series tells how long syncs took since its begin, and what is live",
          "[background-work]") {
  World world;
  REQUIRE(world.db->Put("before", "the series", {.sync = true}));
  SeriesRecorder series(*world.db, RealClock(), 1'000'000'000'000);
  for (int i = 0; i < 3; ++i) REQUIRE(world.db->Put("key", "value", {.sync = true}));
  REQUIRE(world.db->Flush());
  series.Record(RealClock().NowNanos(), 1, 3);
  series.Finish();
  std::uint64_t syncs = 0;
  for (const auto& [nanos, count] : series.SyncTimes()) syncs += count;
  CHECK(syncs == 3);
  CHECK(world.db->LogSyncTimes().count() == 4);
  REQUIRE(series.windows().size() == 1);
  CHECK(series.windows()[0].live_bytes > 0);
  CHECK(series.windows()[0].live_bytes == series.windows()[0].table_bytes);
  CHECK(SeriesJson("w", 1, Histogram(), series).find("\"sync_times\":[[") != std::string::npos);
}

TEST_CASE("a call that waits behind a slow one counts its wait when there is a rate",
          "[flush-and-merge]") {
  World world;
  WorkloadOptions options;
  options.num = 200;
  options.rate = 50'000;  // 20 µs apart: 200 calls take 4 ms or more.
  const WorkloadResult result =
      RunWorkload(*world.db, world.environment, "fillseq", options).value();
  CHECK(result.operations == 200);
  CHECK(result.seconds >= 0.0039);
}

}  // namespace
}  // namespace strata::cli
