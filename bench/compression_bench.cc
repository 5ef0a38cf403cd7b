// Lesson compression: bytes on disk for each byte put, under each codec, on text that looks like
// what stores hold; and the time that compressing and decompressing a block take. Asserted: zstd
// keeps at most 0.7 bytes a byte, and no codec makes bytes that can't shrink grow by more than the
// trailer.

#include <benchmark/benchmark.h>
#include <iterator>
#include <string>
#include <string_view>

#include "base/random.h"
#include "io/file_system.h"
#include "iter/internal_key.h"
#include "sst/compression.h"
#include "sst/table_builder.h"

namespace strata::sst {
namespace {

class CountingFile final : public WritableFile {
 public:
  Status Append(std::string_view data) override {
    size_ += data.size();
    return {};
  }
  Status Sync() override { return {}; }
  Status Close() override { return {}; }
  std::uint64_t size() const override { return size_; }

 private:
  std::uint64_t size_ = 0;
};

// A record as a web service might keep it.
std::string Document(Random& random) {
  static constexpr std::string_view kCities[] = {"Lisbon", "Osaka", "Quito", "Bergen", "Accra"};
  static constexpr std::string_view kWords[] = {"order", "ready", "late",  "paid",   "the",
                                                "sent",  "to",    "again", "failed", "and"};
  std::string text = "{\"id\":" + std::to_string(random.Uniform(10'000'000)) + ",\"city\":\"";
  text += kCities[random.Uniform(std::size(kCities))];
  text += "\",\"active\":true,\"note\":\"";
  for (std::uint64_t words = 3 + random.Uniform(6); words > 0; --words) {
    text += kWords[random.Uniform(std::size(kWords))];
    text += ' ';
  }
  return text + "\"}";
}

// File bytes for each byte of user keys and values.
double BytesPerByte(Compression codec, bool text) {
  TableOptions options;
  options.compression = codec;
  CountingFile file;
  TableBuilder builder(options, file, {});
  Random random(1);
  std::uint64_t put = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string key = "user" + std::to_string(10'000'000 + i);
    const std::string value = text ? Document(random) : random.Bytes(100);
    if (!builder.Add(MakeInternalKey(key, 1, EntryKind::kValue), value)) return -1;
    put += key.size() + value.size();
  }
  if (!builder.Finish()) return -1;
  return static_cast<double>(file.size()) / static_cast<double>(put);
}

void BM_BytesOnDisk(benchmark::State& state) {
  const auto codec = static_cast<Compression>(state.range(0));
  const bool text = state.range(1) != 0;
  double ratio = 0;
  for (auto _ : state) ratio = BytesPerByte(codec, text);
  state.SetLabel(std::string(CompressionName(codec)) + (text ? ", text" : ", random bytes"));
  state.counters["disk_bytes_per_byte_put"] = ratio;
  if (ratio < 0) state.SkipWithError("can't make the table");
  if (text && codec == Compression::kZstd && ratio > 0.7) state.SkipWithError("zstd over 0.7");
  if (!text && ratio > BytesPerByte(Compression::kNone, false) * 1.001) {
    state.SkipWithError("bytes that can't shrink grew");
  }
}
BENCHMARK(BM_BytesOnDisk)
    ->ArgNames({"codec", "text"})
    ->ArgsProduct({{0, 1, 2, 3}, {1, 0}})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

std::string BlockOfText() {
  Random random(2);
  std::string text;
  while (text.size() < 4096) text += Document(random);
  text.resize(4096);
  return text;
}

void BM_Compress(benchmark::State& state) {
  const auto codec = static_cast<Compression>(state.range(0));
  const std::string text = BlockOfText();
  std::string out;
  for (auto _ : state) {
    out.clear();
    if (!Compress(codec, 1, text, &out)) return state.SkipWithError("text must shrink");
  }
  state.SetLabel(std::string(CompressionName(codec)));
  state.counters["ratio"] = static_cast<double>(out.size()) / static_cast<double>(text.size());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(BM_Compress)->ArgName("codec")->DenseRange(1, 3)->MinTime(0.2);

void BM_Decompress(benchmark::State& state) {
  const auto codec = static_cast<Compression>(state.range(0));
  const std::string text = BlockOfText();
  std::string packed;
  if (!Compress(codec, 1, text, &packed)) return state.SkipWithError("text must shrink");
  for (auto _ : state) {
    const auto out = Decompress(static_cast<std::uint8_t>(codec), packed, 1 << 20);
    if (!out || out->bytes.size() != text.size()) return state.SkipWithError("it didn't come back");
  }
  state.SetLabel(std::string(CompressionName(codec)));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(BM_Decompress)->ArgName("codec")->DenseRange(1, 3)->MinTime(0.2);

}  // namespace
}  // namespace strata::sst
