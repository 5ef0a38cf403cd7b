// Lesson manifest: the power is cut at every file operation of a small life of a store, in every
// kind of power cut, and no acknowledged key may be lost. Then what an edit costs, and how long
// recovery takes after many: the manifest is begun anew before it grows long, so it doesn't grow
// with them.

#include <benchmark/benchmark.h>
#include <memory>
#include <string>

#include "base/random.h"
#include "io/environment.h"
#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"
#include "strata/db.h"
#include "version/version_set.h"

namespace strata {
namespace {

// --- power cuts ----------------------------------------------------------------------------------

constexpr int kKeys = 12;

// Everything that a store needs, in one deterministic thread.
struct World {
  explicit World(FileSystem& files)
      : environment{.files = &files,
                    .clock = &clock,
                    .executor = executor.get(),
                    .entropy = SeededEntropy(1)} {
    options.environment = &environment;
  }

  ManualClock clock;
  std::unique_ptr<SimExecutor> executor = NewSimExecutor(1, clock);
  Environment environment;
  Options options;
};

// Puts synced keys, with a flush after every third and a restart in the middle. Returns how many
// were acknowledged.
int LiveUntilTheCut(FileSystem& files) {
  World world(files);
  int acknowledged = 0;
  for (const int until : {kKeys / 2, kKeys}) {
    auto db = DB::Open(world.options, "db");
    if (!db) break;
    while (acknowledged < until) {
      if (!(*db)->Put("key" + std::to_string(acknowledged), "value")) return acknowledged;
      ++acknowledged;
      if (acknowledged % 3 == 0 && !(*db)->Flush()) return acknowledged;
    }
    if (!(*db)->Close()) break;
  }
  return acknowledged;
}

// Of the acknowledged keys, those that aren't there any more.
int KeysLost(MemoryFileSystem& disk, int acknowledged) {
  World world(disk);
  auto db = DB::Open(world.options, "db");
  if (!db) return acknowledged + 1;
  int lost = 0;
  for (int i = 0; i < acknowledged; ++i) {
    std::string value;
    const auto found = (*db)->Get("key" + std::to_string(i), &value);
    if (!found || !*found || value != "value") ++lost;
  }
  return lost;
}

void BM_PowerCuts(benchmark::State& state) {
  std::uint64_t points = 0;
  std::uint64_t images = 0;
  int lost = 0;
  for (auto _ : state) {
    bool reached_the_end = false;
    for (std::uint64_t cut_at = 0; !reached_the_end; ++cut_at) {
      const auto disk = NewMemoryFileSystem();
      const auto files = NewFaultyFileSystem(*disk);
      files->SetPlan({.fail_at = cut_at, .crash = true});
      const int acknowledged = LiveUntilTheCut(*files);
      reached_the_end = !files->fired();
      ++points;
      for (int kind = 0; kind < kCrashKinds; ++kind) {
        Random random(cut_at);
        const auto after = disk->Crash(static_cast<CrashKind>(kind), random);
        lost += KeysLost(*after, acknowledged);
        ++images;
      }
    }
  }
  state.counters["crash_points"] = static_cast<double>(points);
  state.counters["images"] = static_cast<double>(images);
  state.counters["keys_lost"] = lost;
  if (lost != 0) state.SkipWithError("an acknowledged key was lost");
  if (points < 50) state.SkipWithError("the sweep ended early");
}
BENCHMARK(BM_PowerCuts)->Unit(benchmark::kMillisecond)->Iterations(1);

// --- edits ---------------------------------------------------------------------------------------

TableMeta SomeTable(FileNumber number) {
  TableMeta table;
  table.number = number;
  table.position = {0, number};
  table.size_bytes = 64 << 20;
  table.smallest = MakeInternalKey("key000000001", number, EntryKind::kValue);
  table.largest = MakeInternalKey("key999999999", number, EntryKind::kValue);
  table.sequence_min = table.sequence_max = number;
  table.entries = 500'000;
  return table;
}

// A version set whose tables have no files.
struct Set {
  Set() {
    if (disk->CreateDirectories("db") && VersionSet::Create(environment, "db", {})) {
      versions = Recover(environment);
    }
  }
  std::unique_ptr<VersionSet> Recover(const Environment& from) {
    auto recovered = VersionSet::Recover(
        from, "db",
        [](const TableMeta& meta) -> Result<std::shared_ptr<const Table>> {
          return std::make_shared<const Table>(meta, nullptr);
        },
        counters);
    return recovered ? *std::move(recovered) : nullptr;
  }
  // A flush; from ten tables on it is also a compaction that drops the oldest.
  Status Edit() {
    VersionEdit edit;
    edit.added = {SomeTable(versions->NewFileNumber())};
    const auto& runs = versions->current()->runs();
    if (runs.size() >= 10) edit.removed = {runs.back().position.run};
    auto table = std::make_shared<const Table>(edit.added[0], nullptr);
    return versions->LogAndApply(std::move(edit), {std::move(table)});
  }

  const std::unique_ptr<MemoryFileSystem> disk = NewMemoryFileSystem();
  const Environment environment{
      .files = disk.get(), .clock = nullptr, .executor = nullptr, .entropy = SeededEntropy(1)};
  Counters counters;
  std::unique_ptr<VersionSet> versions;
};

void BM_Edit(benchmark::State& state) {
  Set set;
  if (set.versions == nullptr) return state.SkipWithError("can't make the store");
  const std::uint64_t before = set.counters.Get(Counter::kManifestSyncs);
  std::uint64_t edits = 0;
  for (auto _ : state) {
    if (!set.Edit()) return state.SkipWithError("the manifest failed");
    ++edits;
  }
  const auto count = static_cast<double>(edits);
  const auto syncs = static_cast<double>(set.counters.Get(Counter::kManifestSyncs) - before);
  state.counters["syncs_per_edit"] = syncs / count;
  state.counters["bytes_per_edit"] =
      static_cast<double>(set.counters.Get(Counter::kManifestBytes)) / count;
  // One each, and one more for each manifest begun.
  if (syncs < count || syncs > 1.05 * count + 1) state.SkipWithError("not one sync an edit");
}
BENCHMARK(BM_Edit)->Iterations(20'000);

void BM_Recover(benchmark::State& state) {
  Set set;
  if (set.versions == nullptr) return state.SkipWithError("can't make the store");
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    if (!set.Edit()) return state.SkipWithError("the manifest failed");
  }
  const std::uint64_t bytes = set.versions->manifest_bytes();
  for (auto _ : state) {
    state.PauseTiming();
    const auto disk = set.disk->Clone();  // As after kill -9.
    const Environment environment{
        .files = disk.get(), .clock = nullptr, .executor = nullptr, .entropy = SeededEntropy(2)};
    state.ResumeTiming();
    const auto versions = set.Recover(environment);
    if (versions == nullptr || versions->current()->table_count() == 0) {
      return state.SkipWithError("can't recover");
    }
  }
  state.counters["manifest_bytes"] = static_cast<double>(bytes);
  if (bytes > 70'000) state.SkipWithError("the manifest grows without end");
}
BENCHMARK(BM_Recover)->ArgName("edits")->RangeMultiplier(10)->Range(10, 100'000);

}  // namespace
}  // namespace strata
