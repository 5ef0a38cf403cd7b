// Lesson flush-and-merge: what a get costs as runs pile up. The number of tables that it probes is
// asserted to rise with the number of runs, one for one: that is the line which lessons
// bloom-filters to compaction-policies bring down. Then how fast runs are written and merged.

#include <benchmark/benchmark.h>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "compaction/table_writer.h"
#include "io/memory_file_system.h"
#include "iter/internal_key.h"
#include "iter/merging_iterator.h"
#include "stats/counters.h"
#include "version/local_table_store.h"

namespace strata {
namespace {

constexpr std::uint64_t kKeysInRun = 2000;
constexpr std::size_t kValueSize = 100;

std::string KeyOf(std::uint64_t number) {
  std::string digits = std::to_string(number);
  return "key" + std::string(9 - digits.size(), '0') + digits;
}

// Runs of level 0 in memory. Each holds every n-th of the even keys, so all runs span all keys, and
// no run has an odd one.
class Tree {
 public:
  explicit Tree(std::uint64_t runs) : runs_(runs) {
    if (!disk_->CreateDirectories("db")) return;
    store_.Start(disk_, [this] { return next_number_++; });
    for (std::uint64_t run = 0; run < runs; ++run) AddRun(run);
  }

  const Version& version() const { return *version_; }
  Counters& counters() { return counters_; }
  std::uint64_t keys() const { return runs_ * kKeysInRun; }

  compaction::TableWriterOptions WriterOptions(std::uint64_t run) const {
    compaction::TableWriterOptions options;
    options.table.filter_bits_per_key = 0;
    options.position = {0, run};
    options.verify = false;
    return options;
  }
  TableStore& store() { return store_; }

 private:
  void AddRun(std::uint64_t run) {
    compaction::TableWriter writer(store_, WriterOptions(run));
    const std::string value(kValueSize, 'v');
    for (std::uint64_t i = 0; i < kKeysInRun; ++i) {
      const std::uint64_t number = 2 * (i * runs_ + run);
      const bool added =
          writer.Add(MakeInternalKey(KeyOf(number), run + 1, EntryKind::kValue), value).has_value();
      if (!added) return;
    }
    auto tables = writer.Finish();
    if (!tables) return;
    VersionEdit edit;
    for (const auto& table : *tables) edit.added.push_back(table->meta());
    if (auto next = version_->With(edit, *std::move(tables))) version_ = *std::move(next);
  }

  const std::uint64_t runs_;
  const std::shared_ptr<MemoryFileSystem> disk_ = NewMemoryFileSystem();
  Counters counters_;
  FileNumber next_number_ = 1;
  LocalTableStore store_{{.directory = "db", .reader = {.counters = &counters_}}};
  std::shared_ptr<const Version> version_ = std::make_shared<Version>();
};

struct PerGet {
  double probes = 0;
  double blocks = 0;
};

// Gets random keys, all of them there or none: the absent ones lie between keys that are there.
std::optional<PerGet> GetRandomKeys(benchmark::State& state, bool there) {
  const auto runs = static_cast<std::uint64_t>(state.range(0));
  Tree tree(runs);
  if (tree.version().runs().size() != runs) {
    state.SkipWithError("can't build the runs");
    return std::nullopt;
  }
  Random random(1);
  std::string value;
  tree.counters().Reset();
  for (auto _ : state) {
    const std::string key =
        KeyOf(there ? 2 * random.Uniform(tree.keys()) : 1 + 2 * random.Uniform(tree.keys() - runs));
    const auto hit = tree.version().Get(key, kSequenceMax, {}, tree.counters(), &value);
    if (!hit || hit->has_value() != there) {
      state.SkipWithError(there ? "a key is missing" : "found what isn't there");
      return std::nullopt;
    }
  }
  const auto per_get = [&](Counter counter) {
    return static_cast<double>(tree.counters().Get(counter)) /
           static_cast<double>(state.iterations());
  };
  const PerGet cost{per_get(Counter::kTablesProbed), per_get(Counter::kBlocksRead)};
  state.counters["tables_probed_per_get"] = cost.probes;
  return cost;
}

void BM_GetAbsent(benchmark::State& state) {
  const auto runs = static_cast<double>(state.range(0));
  const auto cost = GetRandomKeys(state, false);
  if (!cost) return;
  state.counters["blocks_read_per_get"] = cost->blocks;
  // A key before a run's first or after its last misses that run: a few in a thousand do.
  if (cost->probes > runs || cost->probes < 0.99 * runs) {
    state.SkipWithError("a get doesn't probe one table a run");
  }
}
BENCHMARK(BM_GetAbsent)->ArgName("runs")->RangeMultiplier(2)->Range(1, 32);

// Half of the runs on average, as each key is in one of them.
void BM_GetPresent(benchmark::State& state) {
  const auto cost = GetRandomKeys(state, true);
  if (cost && cost->probes > static_cast<double>(state.range(0))) {
    state.SkipWithError("a get probes a run twice");
  }
}
BENCHMARK(BM_GetPresent)->ArgName("runs")->RangeMultiplier(2)->Range(1, 32);

std::unique_ptr<InternalIterator> AllRunsOf(const Tree& tree) {
  std::vector<std::unique_ptr<InternalIterator>> sources;
  tree.version().AddIterators({}, &sources);
  return NewMergingIterator(std::move(sources));
}

// Reads all runs as one sorted stream.
void BM_MergeRead(benchmark::State& state) {
  const auto runs = static_cast<std::uint64_t>(state.range(0));
  Tree tree(runs);
  std::uint64_t bytes = 0;
  for (auto _ : state) {
    const auto merged = AllRunsOf(tree);
    std::uint64_t entries = 0;
    for (Status moved = merged->SeekToFirst(); moved && merged->Valid(); moved = merged->Next()) {
      bytes += merged->key().size() + merged->value().size();
      ++entries;
    }
    if (entries != tree.keys()) return state.SkipWithError("the merge lost or doubled an entry");
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(BM_MergeRead)->ArgName("runs")->RangeMultiplier(4)->Range(1, 32);

// Merges all runs into one: what every compaction comes down to.
void BM_MergeWrite(benchmark::State& state) {
  const auto runs = static_cast<std::uint64_t>(state.range(0));
  Tree tree(runs);
  std::uint64_t bytes = 0;
  for (auto _ : state) {
    const auto merged = AllRunsOf(tree);
    compaction::TableWriter writer(tree.store(), tree.WriterOptions(runs));
    Status status = merged->SeekToFirst();
    while (status && merged->Valid()) {
      bytes += merged->key().size() + merged->value().size();
      status = writer.Add(merged->key(), merged->value());
      if (status) status = merged->Next();
    }
    const auto written = writer.Finish();
    if (!status || !written || written->front()->meta().entries != tree.keys()) {
      return state.SkipWithError("the merge lost or doubled an entry");
    }
    state.PauseTiming();
    writer.Abandon();
    state.ResumeTiming();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(BM_MergeWrite)->ArgName("runs")->RangeMultiplier(4)->Range(1, 32);

}  // namespace
}  // namespace strata
