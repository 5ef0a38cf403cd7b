// Lesson concurrent-inserts: entries put into one memtable by one to eight threads at once. That
// none is lost and all are in order is asserted; time is only shown.

#include <benchmark/benchmark.h>
#include <memory>
#include <string>

#include "base/random.h"
#include "memtable/memtable.h"

namespace strata {
namespace {

constexpr std::uint64_t kEach = 50'000;  // Entries of a thread.

std::unique_ptr<MemTable> table;

bool InOrder(const MemTable& memtable, std::uint64_t count) {
  const auto cursor = memtable.NewIterator();
  std::string last;
  std::uint64_t seen = 0;
  for (Status moved = cursor->SeekToFirst(); moved && cursor->Valid(); moved = cursor->Next()) {
    if (seen++ > 0 && CompareInternalKeys(last, cursor->key()) >= 0) return false;
    last = cursor->key();
  }
  return seen == count;
}

void BM_InsertTogether(benchmark::State& state) {
  const auto threads = static_cast<std::uint64_t>(state.threads());
  const auto self = static_cast<std::uint64_t>(state.thread_index());
  if (self == 0) table = std::make_unique<MemTable>(/*seed=*/1);
  for (auto _ : state) {
    for (std::uint64_t i = 0; i < kEach; ++i) {
      const SequenceNumber sequence = 1 + i * threads + self;
      table->AddConcurrently(sequence, EntryKind::kValue, std::to_string(Random(sequence).Next()),
                             "0123456789");
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(kEach));
  if (self != 0) return;
  const bool whole = InOrder(*table, threads * kEach);
  state.counters["lost_or_misplaced"] = whole ? 0 : 1;
  if (!whole) state.SkipWithError("an entry was lost, or stands where it doesn't belong");
  table.reset();
}
BENCHMARK(BM_InsertTogether)->ThreadRange(1, 8)->UseRealTime()->Iterations(1);

}  // namespace
}  // namespace strata
