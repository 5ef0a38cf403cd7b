// Lesson sorted-tables: what a point read of a table costs. A hit reads one block, asserted; a
// binary search over restart points against a walk from the front; and what the restart interval
// buys and costs.

#include <benchmark/benchmark.h>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "io/file_system.h"
#include "iter/internal_key.h"
#include "sst/block.h"
#include "sst/block_builder.h"
#include "sst/table_builder.h"
#include "sst/table_reader.h"
#include "stats/counters.h"

namespace strata::sst {
namespace {

class MemoryFile final : public WritableFile, public RandomAccessFile {
 public:
  Status Append(std::string_view data) override {
    contents_.append(data);
    return {};
  }
  Status Sync() override { return {}; }
  Status Close() override { return {}; }
  Result<std::string_view> Read(std::uint64_t offset, std::size_t size,
                                char* scratch) const override {
    std::memcpy(scratch, contents_.data() + offset, size);
    return std::string_view(scratch, size);
  }
  std::uint64_t size() const override { return contents_.size(); }

 private:
  std::string contents_;
};

std::string UserKey(std::uint64_t number) {
  std::string digits = std::to_string(number);
  return "user" + std::string(12 - digits.size(), '0') + digits;
}

// `count` entries of a 16-byte key and a 100-byte value.
std::unique_ptr<TableReader> MakeTable(std::uint64_t count, int restart_interval,
                                       Counters& counters, double* file_bytes) {
  TableOptions options;
  options.restart_interval = restart_interval;
  options.filter_bits_per_key = 0;
  auto file = std::make_unique<MemoryFile>();
  TableBuilder builder(options, *file, {});
  const std::string value(100, 'v');
  for (std::uint64_t i = 0; i < count; ++i) {
    if (!builder.Add(MakeInternalKey(UserKey(i), 1, EntryKind::kValue), value)) return nullptr;
  }
  if (!builder.Finish()) return nullptr;
  *file_bytes = static_cast<double>(file->size());
  TableReaderOptions read;
  read.counters = &counters;
  auto table = TableReader::Open(std::move(file), "bench.sst", read);
  return table ? *std::move(table) : nullptr;
}

void BM_Get(benchmark::State& state) {
  constexpr std::uint64_t kEntries = 100'000;
  Counters counters;
  double file_bytes = 0;
  const auto table = MakeTable(kEntries, static_cast<int>(state.range(0)), counters, &file_bytes);
  if (table == nullptr) return state.SkipWithError("can't make the table");
  counters.Reset();
  Random random(1);
  std::string value;
  std::uint64_t gets = 0;
  for (auto _ : state) {
    const auto hit = table->Get(UserKey(random.Uniform(kEntries)), kSequenceMax, {}, &value);
    if (!hit || !hit->has_value()) return state.SkipWithError("a key is missing");
    ++gets;
  }
  const auto per_get = [&](Counter counter) {
    return static_cast<double>(counters.Get(counter)) / static_cast<double>(gets);
  };
  state.counters["blocks_per_get"] = per_get(Counter::kBlocksRead);
  state.counters["bytes_read_per_get"] = per_get(Counter::kBlockBytesRead);
  state.counters["comparisons_per_get"] = per_get(Counter::kBlockComparisons);
  state.counters["file_bytes_per_entry"] = file_bytes / kEntries;
  if (counters.Get(Counter::kBlocksRead) != gets) {
    state.SkipWithError("a hit must read exactly one block");
  }
}
BENCHMARK(BM_Get)->ArgName("restart_interval")->Arg(1)->Arg(4)->Arg(16)->Arg(64)->MinTime(0.2);

struct OneBlock {
  explicit OneBlock(std::uint64_t entries) {
    BlockBuilder builder(16);
    for (std::uint64_t i = 0; i < entries; ++i) {
      keys.push_back(UserKey(i));
      builder.Add(MakeInternalKey(keys.back(), 1, EntryKind::kValue), "value");
    }
    auto parsed = Block::Parse(BlockContents::Copy(builder.Finish()));
    if (parsed) block = std::make_unique<Block>(*std::move(parsed));
  }
  std::vector<std::string> keys;
  std::unique_ptr<Block> block;
};

void BM_SearchLinear(benchmark::State& state) {
  const OneBlock made(static_cast<std::uint64_t>(state.range(0)));
  if (!made.block) return state.SkipWithError("can't make the block");
  BlockIterator cursor(made.block.get());
  Random random(2);
  std::uint64_t comparisons = 0;
  for (auto _ : state) {
    const std::string& wanted = made.keys[random.Uniform(made.keys.size())];
    Status status = cursor.SeekToFirst();
    while (status && cursor.Valid() && ++comparisons > 0 && UserKeyOf(cursor.key()) < wanted) {
      status = cursor.Next();
    }
    if (!status || !cursor.Valid()) return state.SkipWithError("a key is missing");
  }
  state.counters["comparisons_per_get"] =
      static_cast<double>(comparisons) / static_cast<double>(state.iterations());
}
BENCHMARK(BM_SearchLinear)->ArgName("entries")->Arg(32)->Arg(256)->Arg(2048)->MinTime(0.2);

void BM_SearchBinary(benchmark::State& state) {
  const OneBlock made(static_cast<std::uint64_t>(state.range(0)));
  if (!made.block) return state.SkipWithError("can't make the block");
  Random random(2);
  SearchCost cost;
  for (auto _ : state) {
    const std::string& wanted = made.keys[random.Uniform(made.keys.size())];
    const auto found = made.block->Find({wanted, PackTag(9, kEntryKindForSeek)}, &cost);
    if (!found || !found->has_value()) return state.SkipWithError("a key is missing");
  }
  const double per_get =
      static_cast<double>(cost.comparisons) / static_cast<double>(state.iterations());
  state.counters["comparisons_per_get"] = per_get;
  // The restarts' logarithm, and half an interval.
  if (per_get > 8 + 16) state.SkipWithError("more comparisons than a binary search needs");
}
BENCHMARK(BM_SearchBinary)->ArgName("entries")->Arg(32)->Arg(256)->Arg(2048)->MinTime(0.2);

void BM_Scan(benchmark::State& state) {
  constexpr std::uint64_t kEntries = 100'000;
  Counters counters;
  double file_bytes = 0;
  const auto table = MakeTable(kEntries, 16, counters, &file_bytes);
  if (table == nullptr) return state.SkipWithError("can't make the table");
  for (auto _ : state) {
    const auto cursor = table->NewIterator({});
    std::uint64_t seen = 0;
    Status status = cursor->SeekToFirst();
    for (; status && cursor->Valid(); status = cursor->Next()) ++seen;
    if (!status || seen != kEntries) return state.SkipWithError("entries are missing");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kEntries));
}
BENCHMARK(BM_Scan)->MinTime(0.2)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace strata::sst
