// Lesson write-ahead-log: operations a second at each sync policy, on a real file, with the syncs
// per operation asserted; and how many megabytes of log a second come back.

#include <benchmark/benchmark.h>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/random.h"
#include "io/file_system.h"
#include "memtable/memtable.h"
#include "stats/counters.h"
#include "wal/batch_format.h"
#include "wal/log_reader.h"
#include "wal/log_writer.h"

namespace strata {
namespace {

constexpr std::size_t kValueSize = 100;

std::string BatchOfOne(std::uint64_t number) {
  std::string batch;
  wal::AppendPut(&batch, "key" + std::to_string(number), std::string(kValueSize, 'v'));
  return batch;
}

// A log in a directory of its own, which goes with it.
struct RealLog {
  explicit RealLog(Counters& counters)
      : directory(std::filesystem::temp_directory_path() / "strata-wal-bench") {
    std::filesystem::remove_all(directory);
    std::filesystem::create_directory(directory);
    auto created = PosixFileSystem().Create((directory / "000001.wal").string(),
                                            {.preallocate_bytes = 4 << 20});
    if (!created) return;
    file = *std::move(created);
    writer = std::make_unique<wal::LogWriter>(*file, 42, &counters);
  }
  ~RealLog() {
    file.reset();
    std::filesystem::remove_all(directory);
  }

  std::filesystem::path directory;
  std::unique_ptr<WritableFile> file;
  std::unique_ptr<wal::LogWriter> writer;
};

// One put an operation; a sync after every `every` of them, or none for 0.
void BM_Append(benchmark::State& state) {
  const auto every = static_cast<std::uint64_t>(state.range(0));
  Counters counters;
  RealLog log(counters);
  if (!log.writer || !log.writer->Start()) return state.SkipWithError("can't create the log");
  const std::string batch = BatchOfOne(1);
  const std::string_view part = batch;
  SequenceNumber operations = 0;
  for (auto _ : state) {
    const Status appended = log.writer->Append(wal::RecordType::kBatch, ++operations, {&part, 1});
    const bool sync = every != 0 && operations % every == 0;
    if (!appended || (sync && !log.writer->Sync())) state.SkipWithError("the log failed");
  }
  const auto done = static_cast<double>(operations);
  const std::uint64_t syncs = counters.Get(Counter::kWalSyncs);
  state.counters["fsyncs_per_op"] = static_cast<double>(syncs) / done;
  state.counters["log_bytes_per_user_byte"] =
      static_cast<double>(counters.Get(Counter::kWalBytes)) / (done * (4 + kValueSize));
  if (syncs != (every == 0 ? 0 : operations / every)) {
    state.SkipWithError("more or fewer syncs than the policy says");
  }
  if (counters.Get(Counter::kWalRecords) != operations + 1) {
    state.SkipWithError("an operation isn't one record");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_Append)->ArgName("sync_every")->Arg(1)->Arg(10)->Arg(100)->UseRealTime()->MinTime(0.3);
BENCHMARK(BM_Append)->ArgName("sync_every")->Arg(0)->UseRealTime()->Iterations(200'000);

// A file that only keeps its bytes.
class MemoryFile final : public WritableFile {
 public:
  Status Append(std::string_view data) override {
    contents.append(data);
    return {};
  }
  Status Sync() override { return {}; }
  Status Close() override { return {}; }
  std::uint64_t size() const override { return contents.size(); }

  std::string contents;
};

std::string LogOf(std::uint64_t operations) {
  MemoryFile file;
  wal::LogWriter writer(file, 42, nullptr);
  Status status = writer.Start();
  for (std::uint64_t i = 1; status && i <= operations; ++i) {
    const std::string batch = BatchOfOne(i * 7919 % operations);
    const std::string_view part = batch;
    status = writer.Append(wal::RecordType::kBatch, i, {&part, 1});
  }
  return status && writer.End() ? file.contents : "";
}

// Reads a log of `range` operations, and, when `into_memtable`, puts it back as recovery does.
void Replay(benchmark::State& state, bool into_memtable) {
  const auto operations = static_cast<std::uint64_t>(state.range(0));
  const std::string contents = LogOf(operations);
  for (auto _ : state) {
    MemTable memtable(1);
    wal::LogReader reader(contents);
    std::uint64_t entries = 0;
    auto record = reader.Next();
    for (; record && record->has_value(); record = reader.Next()) {
      const Status applied = wal::ForEachEntry(
          (*record)->payload, (*record)->sequence, [&](const wal::BatchEntry& entry) -> Status {
            if (into_memtable) memtable.Add(entry.sequence, entry.kind, entry.key, entry.value);
            ++entries;
            return {};
          });
      if (!applied) state.SkipWithError("a batch doesn't decode");
    }
    if (!record || entries != operations) state.SkipWithError("entries are missing");
    if (reader.ending() != wal::Ending::kClean) state.SkipWithError("the log has no end");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(contents.size()));
}
void BM_ReadLog(benchmark::State& state) {
  Replay(state, false);
}
void BM_Recover(benchmark::State& state) {
  Replay(state, true);
}
BENCHMARK(BM_ReadLog)->Arg(100'000)->MinTime(0.2)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Recover)->Arg(100'000)->MinTime(0.2)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace strata
