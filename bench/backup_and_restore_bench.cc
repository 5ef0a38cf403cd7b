// Lesson backup-and-restore: what a first backup costs, a second one, and a restore. The bytes that
// are copied are asserted: those of files that are new, each once. Time is only shown.

#include <benchmark/benchmark.h>
#include <cstdlib>
#include <string>

#include "bench_store.h"
#include "io/memory_file_system.h"
#include "strata/backup.h"

namespace strata {
namespace {

// Without STRATA_BENCH_QUICK 40 MB, a tenth of it else.
int Keys() {
  return std::getenv("STRATA_BENCH_QUICK") != nullptr ? 4'000 : 40'000;
}

void Fill(DB& db, int from, int to) {
  for (int i = from; i < to; ++i) {
    const std::string key = "key" + std::to_string(10'000'000 + i);
    STRATA_CHECK(db.Put(key, std::string(1000, static_cast<char>('a' + i % 26)), {.sync = false})
                     .has_value());
  }
  STRATA_CHECK(db.Flush().has_value());
}

Options StoreOptions(const Environment& environment) {
  return {.environment = &environment,
          .sync = SyncMode::kNone,
          .memtable_bytes = 4 << 20,
          .compression = Compression::kNone,
          .compaction = CompactionStyle::kNone};
}

struct World {
  std::unique_ptr<MemoryFileSystem> disk = NewMemoryFileSystem();
  Environment environment = RealEnvironment();
  std::unique_ptr<DB> db;

  World() {
    environment.files = disk.get();
    db = testing::MustOpen(StoreOptions(environment), "db");
  }
  BackupInfo BackUpTo(const std::string& directory) {
    auto made = BackUp(*db, directory);
    STRATA_CHECK(made.has_value());
    return *std::move(made);
  }
};

// Every file is read, checked and copied.
void BM_FirstBackup(benchmark::State& state) {
  World world;
  Fill(*world.db, 0, Keys());
  std::uint64_t bytes = 0;
  int round = 0;
  for (auto _ : state) {
    const BackupInfo made = world.BackUpTo("backups" + std::to_string(++round));
    bytes += made.copied_bytes;
    if (made.copied_bytes != made.bytes) state.SkipWithError("a first backup copies every file");
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(BM_FirstBackup)->Unit(benchmark::kMillisecond)->UseRealTime();

// A tenth is new since the last one.
void BM_NextBackup(benchmark::State& state) {
  World world;
  int keys = Keys();
  Fill(*world.db, 0, keys);
  BackupInfo before = world.BackUpTo("backups");
  std::uint64_t copied = 0;
  for (auto _ : state) {
    state.PauseTiming();
    Fill(*world.db, keys, keys + Keys() / 10);
    keys += Keys() / 10;
    state.ResumeTiming();
    const BackupInfo made = world.BackUpTo("backups");
    if (made.copied_bytes != made.bytes - before.bytes) {
      state.SkipWithError("a second backup copies the bytes of new files, and no others");
    }
    copied += made.copied_bytes;
    before = made;
  }
  state.counters["share_copied"] =
      static_cast<double>(before.copied_bytes) / static_cast<double>(before.bytes);
  state.SetBytesProcessed(static_cast<std::int64_t>(copied));
}
BENCHMARK(BM_NextBackup)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(3);

// Nothing is new: what is left is a manifest.
void BM_BackupOfNothingNew(benchmark::State& state) {
  World world;
  Fill(*world.db, 0, Keys());
  world.BackUpTo("backups");
  for (auto _ : state) {
    const BackupInfo made = world.BackUpTo("backups");
    if (made.copied_files != 0) state.SkipWithError("what is there isn't copied again");
  }
}
BENCHMARK(BM_BackupOfNothingNew)->Unit(benchmark::kMicrosecond)->UseRealTime();

// Everything is read twice, once to check it all, and written once.
void BM_Restore(benchmark::State& state) {
  World world;
  Fill(*world.db, 0, Keys());
  const BackupInfo made = world.BackUpTo("backups");
  int round = 0;
  std::uint64_t bytes = 0;
  for (auto _ : state) {
    const std::string directory = "copy" + std::to_string(++round);
    const auto restored = RestoreBackup("backups", directory, {}, &world.environment);
    if (!restored || restored->bytes != made.bytes) state.SkipWithError("all of it comes back");
    bytes += made.bytes;
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(BM_Restore)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace strata
