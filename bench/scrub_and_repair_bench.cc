// Lesson scrub-and-repair: how fast a store is read to see whether it is whole, how many flipped
// bits that finds (all of them), how fast a repair copies, and what a block costs that has to be
// found without an index. Bits found and bytes read are asserted; time is only shown.

#include <benchmark/benchmark.h>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "io/environment.h"
#include "io/memory_file_system.h"
#include "sst/table_format.h"
#include "sst/table_walk.h"
#include "strata/db.h"
#include "strata/repair.h"

namespace strata {
namespace {

bool IsQuick() {
  return std::getenv("STRATA_BENCH_QUICK") != nullptr;
}

// A store on a disk in memory, its work in one thread.
struct World {
  World() {
    options.environment = &environment;
    options.compression = Compression::kNone;
    options.block_cache_bytes = 0;
    options.compaction = CompactionStyle::kNone;
  }

  void Fill(int entries, std::size_t value_bytes) {
    db = *DB::Open(options, "db");
    Random random(7);
    for (int i = 0; i < entries; ++i) {
      (void)db->Put("key" + std::to_string(10'000'000 + i), random.Bytes(value_bytes)).has_value();
    }
    (void)db->Flush().has_value();
  }

  std::vector<std::string> Files(const std::string& directory, const std::string& suffix) {
    std::vector<std::string> paths;
    const auto names = disk->List(directory);
    for (const std::string& name : *names) {
      if (name.ends_with(suffix)) paths.push_back(JoinPath(directory, name));
    }
    return paths;
  }

  ManualClock clock;
  std::unique_ptr<MemoryFileSystem> disk = NewMemoryFileSystem();
  std::unique_ptr<SimExecutor> executor = NewSimExecutor(1, clock);
  Environment environment{.files = disk.get(),
                          .clock = &clock,
                          .executor = executor.get(),
                          .entropy = SeededEntropy(1)};
  Options options;
  std::unique_ptr<DB> db;
};

// MB/s of reading and checking; every byte of the tables is read.
void BM_Scrub(benchmark::State& state) {
  World world;
  world.Fill(IsQuick() ? 20'000 : 400'000, 100);
  std::uint64_t table_bytes = 0;
  for (const std::string& path : world.Files("db", ".sst")) {
    table_bytes += *world.disk->FileSize(path);
  }
  std::uint64_t bytes = 0;
  for (auto _ : state) {
    const auto report = world.db->Scrub();
    if (!report || !report->damage.empty()) state.SkipWithError("the store must be whole");
    if (report) bytes = report->bytes;
  }
  if (bytes < table_bytes) state.SkipWithError("every byte must be read");
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes) *
                          static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(BM_Scrub)->Unit(benchmark::kMillisecond);

// One bit of the store's table is flipped, again and again, each time another one.
void BM_FlippedBits(benchmark::State& state) {
  World world;
  world.Fill(200, 40);
  const std::string table = world.Files("db", ".sst").front();
  const std::string sound = *world.disk->Contents(table);
  std::uint64_t flipped = 0;
  std::uint64_t detected = 0;
  std::size_t bit = 0;
  for (auto _ : state) {
    std::string contents = sound;
    contents[bit / 8] = static_cast<char>(contents[bit / 8] ^ (1 << bit % 8));
    world.disk->SetContents(table, std::move(contents));
    const auto report = world.db->Scrub();
    ++flipped;
    if (report && report->damage.size() == 1) ++detected;
    bit = (bit + 1'009) % (sound.size() * 8);
  }
  state.counters["bit_flips_detected_percent"] =
      100.0 * static_cast<double>(detected) / static_cast<double>(flipped);
  if (detected != flipped) state.SkipWithError("every flipped bit must be found");
}
BENCHMARK(BM_FlippedBits)->Unit(benchmark::kMicrosecond);

// A store of which a block is damaged, copied.
void BM_Repair(benchmark::State& state) {
  World world;
  const int entries = IsQuick() ? 20'000 : 200'000;
  world.Fill(entries, 100);
  (void)world.db->Close().has_value();
  world.db.reset();
  const std::string table = world.Files("db", ".sst").front();
  std::string damaged = *world.disk->Contents(table);
  damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 1);
  world.disk->SetContents(table, std::move(damaged));
  std::uint64_t copied = 0;
  int times = 0;
  for (auto _ : state) {
    const auto report = RepairStore(world.options, "db", "new" + std::to_string(times++));
    if (!report || report->lost.size() != 1) state.SkipWithError("one block must be lost");
    if (report) copied = report->entries;
  }
  state.counters["entries_lost"] = entries - static_cast<double>(copied);
  if (copied + 100 < static_cast<std::uint64_t>(entries)) {
    state.SkipWithError("one block of entries may be lost at most");
  }
  state.SetItemsProcessed(entries * static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(BM_Repair)->Unit(benchmark::kMillisecond);

// The first block of a table, found by its checksum alone: every size is tried.
void BM_FindBlock(benchmark::State& state) {
  World world;
  world.options.block_bytes = static_cast<std::uint32_t>(state.range(0));
  world.Fill(4'000, 100);
  const std::string contents = *world.disk->Contents(world.Files("db", ".sst").front());
  const auto footer = sst::DecodeFooter(
      std::string_view(contents).substr(contents.size() - sst::kFooterSize), contents.size());
  std::uint64_t size = 0;
  for (auto _ : state) {
    const auto found = sst::FindBlockAt(contents, 0, contents.size(), footer->file_id);
    if (!found) state.SkipWithError("the block must be found");
    if (found) size = found->size;
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(size) *
                          static_cast<std::int64_t>(state.iterations()));
}
BENCHMARK(BM_FindBlock)->Arg(4'096)->Arg(65'536)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace strata
