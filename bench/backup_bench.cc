// Lesson backup-and-restore: what a backup, a second one and a restore cost. Asserted: a second
// backup copies the bytes of new files and no others, and a third, of the same store, none.

#include <benchmark/benchmark.h>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/random.h"
#include "bench_store.h"
#include "strata/backup.h"

namespace strata {
namespace {

std::uint64_t Entries() {
  return std::getenv("STRATA_BENCH_QUICK") != nullptr ? 20'000 : 400'000;
}

// In a directory of the machine's own disk, with room for backups beside it.
class Place {
 public:
  Place() {
    std::string name = (std::filesystem::temp_directory_path() / "strata-bench-XXXXXX").string();
    STRATA_CHECK(mkdtemp(name.data()) != nullptr);
    directory_ = name;
    db = testing::MustOpen({.sync = SyncMode::kNone}, In("db"));
    Random random(1);
    for (std::uint64_t i = 0; i < Entries(); ++i) {
      STRATA_CHECK(db->Put("key" + std::to_string(random.Next()), random.Bytes(100)));
    }
    STRATA_CHECK(db->CompactRange({}, {}));
  }
  ~Place() {
    db.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  std::string In(const std::string& name) const { return directory_ + "/" + name; }
  BackupInfo BackUp(const std::string& to) const {
    auto made = db->Backup(In(to), {});
    STRATA_CHECK(made);
    return *made;
  }
  void Remove(const std::string& name) const { std::filesystem::remove_all(In(name)); }

  std::unique_ptr<DB> db;

 private:
  std::string directory_;
};

// All of a store: verified, summed, copied, synced.
void BM_FirstBackup(benchmark::State& state) {
  const Place place;
  std::uint64_t bytes = 0;
  for (auto _ : state) {
    const BackupInfo made = place.BackUp("backups");
    bytes += made.new_bytes;
    if (made.new_bytes != made.bytes) state.SkipWithError("a first backup copies all");
    state.PauseTiming();
    place.Remove("backups");
    state.ResumeTiming();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(BM_FirstBackup)->Unit(benchmark::kMillisecond)->UseRealTime();

// A hundred puts later: a flush, a file, a list.
void BM_NextBackup(benchmark::State& state) {
  const Place place;
  place.BackUp("backups");
  std::uint64_t copied = 0;
  for (auto _ : state) {
    state.PauseTiming();
    for (int i = 0; i < 100; ++i) STRATA_CHECK(place.db->Put("k" + std::to_string(i), "v"));
    STRATA_CHECK(place.db->WaitForCompactions());
    state.ResumeTiming();
    const BackupInfo made = place.BackUp("backups");
    copied += made.new_bytes;
    if (made.new_bytes > made.bytes / 2) state.SkipWithError("it copies what is new");
  }
  const BackupInfo same = place.BackUp("backups");
  if (same.new_files != 0 || same.new_bytes != 0) state.SkipWithError("there is nothing new");
  state.counters["copied_of_same"] = static_cast<double>(same.new_bytes);
  state.counters["copied_each"] =
      static_cast<double>(copied) / static_cast<double>(state.iterations());
}
BENCHMARK(BM_NextBackup)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(10);

// All of it read and checked, then read again and written.
void BM_Restore(benchmark::State& state) {
  const Place place;
  const std::uint64_t bytes = place.BackUp("backups").bytes;
  for (auto _ : state) {
    STRATA_CHECK(RestoreStore({}, place.In("backups"), place.In("new")));
    state.PauseTiming();
    place.Remove("new");
    state.ResumeTiming();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}
BENCHMARK(BM_Restore)->Unit(benchmark::kMillisecond)->UseRealTime();

// A hundred writes, made durable and stored.
void BM_ShipLogs(benchmark::State& state) {
  const Place place;
  place.BackUp("backups");
  for (auto _ : state) {
    state.PauseTiming();
    for (int i = 0; i < 100; ++i) STRATA_CHECK(place.db->Put("k" + std::to_string(i), "v"));
    state.ResumeTiming();
    const auto shipped = place.db->ShipLogs(place.In("backups"));
    STRATA_CHECK(shipped);
    if (shipped->hole_from || shipped->last - shipped->first != 99) {
      state.SkipWithError("a hundred writes, and no hole");
    }
  }
}
BENCHMARK(BM_ShipLogs)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(50);

}  // namespace
}  // namespace strata
