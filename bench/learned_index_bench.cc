// Lesson learned-index: what an index without keys saves and what it costs. Four kinds of keys,
// each in a table with a sparse and one with a learned index. Asserted: a hit looks into two blocks
// at most, and a learned index takes at most a quarter of the sparse one's bytes.

#include <algorithm>
#include <benchmark/benchmark.h>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "io/file_system.h"
#include "iter/internal_key.h"
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
  // As a mapped file: no copy, so that the time is that of the index and the block's search.
  Result<std::string_view> Read(std::uint64_t offset, std::size_t size, char*) const override {
    return std::string_view(contents_).substr(offset, size);
  }
  std::uint64_t size() const override { return contents_.size(); }

 private:
  std::string contents_;
};

enum KeyKind : std::int64_t { kSequential, kDigits, kHash, kSkewed };
constexpr const char* kKindNames[] = {"sequential", "digits", "hash", "skewed"};

std::string BigEndian(std::uint64_t number) {
  std::string key(8, '\0');
  for (int i = 7; i >= 0; --i, number >>= 8) key[i] = static_cast<char>(number);
  return key;
}

std::uint64_t EntryCount() {
  return std::getenv("STRATA_BENCH_QUICK") != nullptr ? 20'000 : 500'000;
}

// Sorted and distinct. Sequential: 64-bit numbers, one after the other. Digits: "user" and a random
// decimal number. Hash: 16 random bytes. Skewed: 64-bit numbers, most of them small.
std::vector<std::string> MakeKeys(std::int64_t kind) {
  Random random(20);
  std::vector<std::string> keys;
  for (std::uint64_t i = 0; i < EntryCount(); ++i) {
    if (kind == kSequential) keys.push_back(BigEndian(1'000'000'000 + i));
    if (kind == kDigits) {
      const std::string digits = std::to_string(random.Uniform(100 * EntryCount()));
      keys.push_back("user" + std::string(12 - digits.size(), '0') + digits);
    }
    if (kind == kHash) keys.push_back(random.Bytes(16));
    if (kind == kSkewed) {
      keys.push_back(BigEndian(static_cast<std::uint64_t>(std::exp2(random.NextDouble() * 60))));
    }
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

struct Table {
  std::unique_ptr<TableReader> reader;
  BlockInfo index;
  double blocks = 0;
};

// Values of 80 to 120 bytes.
Table MakeTable(const std::vector<std::string>& keys, bool learned, Counters& counters) {
  TableOptions options;
  options.learned_index = learned;
  options.hash_index = true;
  auto file = std::make_unique<MemoryFile>();
  TableBuilder builder(options, *file, {});
  Random random(21);
  for (const std::string& key : keys) {
    const Status added = builder.Add(MakeInternalKey(key, 1, EntryKind::kValue),
                                     random.Bytes(random.Between(80, 120)));
    if (!added) return {};
  }
  if (!builder.Finish()) return {};
  TableReaderOptions read;
  read.counters = &counters;
  Table table;
  auto reader = TableReader::Open(std::move(file), "bench.sst", read);
  if (!reader) return {};
  table.reader = *std::move(reader);
  const auto blocks = table.reader->Blocks();
  if (!blocks) return {};
  for (const BlockInfo& block : *blocks) {
    if (block.role == "data") table.blocks += 1;
    if (block.role == (learned ? "learned index" : "index")) table.index = block;
  }
  return table;
}

void BM_Get(benchmark::State& state) {
  const bool learned = state.range(1) != 0;
  state.SetLabel(std::string(kKindNames[state.range(0)]) + (learned ? " learned" : " sparse"));
  const std::vector<std::string> keys = MakeKeys(state.range(0));
  Counters counters;
  const Table table = MakeTable(keys, learned, counters);
  if (table.index.bytes == 0) return state.SkipWithError("no such index was built");
  counters.Reset();
  Random random(1);
  std::string value;
  std::uint64_t gets = 0;
  std::uint64_t blocks_max = 0;
  for (auto _ : state) {
    const std::uint64_t before = counters.Get(Counter::kBlocksRead);
    const auto hit = table.reader->Get(keys[random.Uniform(keys.size())], kSequenceMax, {}, &value);
    if (!hit || !hit->has_value()) return state.SkipWithError("a key is missing");
    blocks_max = std::max(blocks_max, counters.Get(Counter::kBlocksRead) - before);
    ++gets;
  }
  state.counters["index_bytes"] = static_cast<double>(table.index.bytes);
  state.counters["index_bytes_per_block"] = static_cast<double>(table.index.bytes) / table.blocks;
  state.counters["memory_bytes"] = static_cast<double>(table.reader->memory_bytes());
  state.counters["blocks_per_get"] =
      static_cast<double>(counters.Get(Counter::kBlocksRead)) / static_cast<double>(gets);
  if (blocks_max > (learned ? 2 : 1)) state.SkipWithError("a hit looked into too many blocks");
}
BENCHMARK(BM_Get)
    ->ArgNames({"keys", "learned"})
    ->ArgsProduct({{kSequential, kDigits, kHash, kSkewed}, {0, 1}})
    ->MinTime(0.2);

void BM_IndexBytes(benchmark::State& state) {
  state.SetLabel(kKindNames[state.range(0)]);
  const std::vector<std::string> keys = MakeKeys(state.range(0));
  Counters counters;
  double learned = 0;
  double sparse = 0;
  for (auto _ : state) {
    learned = static_cast<double>(MakeTable(keys, true, counters).index.bytes);
    sparse = static_cast<double>(MakeTable(keys, false, counters).index.bytes);
  }
  state.counters["learned_bytes"] = learned;
  state.counters["sparse_bytes"] = sparse;
  state.counters["share"] = learned / sparse;
  if (learned == 0 || learned * 4 > sparse) {
    state.SkipWithError("a learned index takes more than a quarter of the sparse one");
  }
}
BENCHMARK(BM_IndexBytes)
    ->ArgName("keys")
    ->DenseRange(kSequential, kSkewed)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace strata::sst
