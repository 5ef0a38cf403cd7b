// Lesson memtable: one writer and one to eight readers, on a memtable and on a map behind a lock;
// and what an insert and a lookup ask of the allocator, which is asserted.

#include <atomic>
#include <benchmark/benchmark.h>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "base/random.h"
#include "count_mallocs.h"
#include "io/mutex.h"
#include "memtable/memtable.h"

namespace strata {
namespace {

constexpr std::uint64_t kKeys = 100'000;
constexpr SequenceNumber kWritesMax = 2'000'000;  // So that a run fits into memory.

// Sixteen digits in random order. (Multiples of one number would do a tree a favour: each of them
// lies beside one that was used a moment ago.)
std::string_view KeyOf(std::uint64_t number, char* buffer) {
  std::uint64_t mixed = Random(number).Next();
  for (int i = 15; i >= 0; --i, mixed >>= 4) buffer[i] = "0123456789abcdef"[mixed & 15];
  return {buffer, 16};
}

class LockedMap {
 public:
  void Add(SequenceNumber, std::string_view key, std::string_view value) {
    MutexLock lock(mutex_);
    map_[std::string(key)] = value;
  }
  bool Get(std::string_view key, std::string* value) {
    MutexLock lock(mutex_);
    const auto found = map_.find(key);
    if (found != map_.end()) *value = found->second;
    return found != map_.end();
  }

 private:
  Mutex mutex_;
  std::map<std::string, std::string, std::less<>> map_ STRATA_GUARDED_BY(mutex_);
};

class LockFree {
 public:
  void Add(SequenceNumber sequence, std::string_view key, std::string_view value) {
    memtable_.Add(sequence, EntryKind::kValue, key, value);
  }
  bool Get(std::string_view key, std::string* value) {
    const auto found = memtable_.Get(key, kSequenceMax);
    if (found) value->assign(found->value);
    return found.has_value();
  }
  std::unique_ptr<InternalIterator> NewCursor() const { return memtable_.NewIterator(); }
  std::uint64_t arena_allocations() const { return memtable_.allocations(); }

 private:
  MemTable memtable_{/*seed=*/1};
};

template <typename Table>
std::unique_ptr<Table> Filled() {
  auto table = std::make_unique<Table>();
  char key[16];
  for (std::uint64_t i = 0; i < kKeys; ++i) table->Add(i + 1, KeyOf(i, key), "0123456789");
  return table;
}

// Reads by state.threads() readers while one more thread writes as fast as it can.
template <typename Table>
void BM_ReadersBesideWriter(benchmark::State& state) {
  static std::unique_ptr<Table> table;
  static std::jthread writer;
  static std::atomic<std::uint64_t> written;
  if (state.thread_index() == 0) {
    table = Filled<Table>();
    written = 0;
    writer = std::jthread([](const std::stop_token& stop) {
      char key[16];
      while (!stop.stop_requested() && written < kWritesMax) {
        const std::uint64_t i = written++;
        table->Add(kKeys + i + 1, KeyOf(i % kKeys, key), "9876543210");
      }
    });
  }
  Random random(static_cast<std::uint64_t>(state.thread_index()));
  std::string value;
  char key[16];
  for (auto _ : state) {
    if (!table->Get(KeyOf(random.Uniform(kKeys), key), &value))
      state.SkipWithError("a key is gone");
  }
  state.SetItemsProcessed(state.iterations());
  if (state.thread_index() == 0) {
    state.counters["writes"] =
        benchmark::Counter(static_cast<double>(written.load()), benchmark::Counter::kIsRate);
    writer = {};
    table.reset();
  }
}
BENCHMARK(BM_ReadersBesideWriter<LockedMap>)->ThreadRange(1, 8)->UseRealTime()->MinTime(0.3);
BENCHMARK(BM_ReadersBesideWriter<LockFree>)->ThreadRange(1, 8)->UseRealTime()->MinTime(0.3);

void Report(benchmark::State& state, const char* name, double each, double allowed) {
  state.counters[name] = each;
  if (each > allowed) state.SkipWithError("more allocations than allowed");
}

template <typename Table>
double MallocsPerInsert(benchmark::State& state, Table& table) {
  const std::uint64_t before = mallocs;
  SequenceNumber sequence = 0;
  char key[16];
  for (auto _ : state) {
    ++sequence;
    table.Add(sequence, KeyOf(sequence, key), "0123456789");
  }
  state.SetItemsProcessed(state.iterations());
  return static_cast<double>(mallocs - before) / static_cast<double>(sequence);
}

// An insert is one piece of the arena, and the arena asks the system for few large blocks.
void BM_MemTableInsert(benchmark::State& state) {
  const auto table = std::make_unique<LockFree>();
  Report(state, "mallocs_per_insert", MallocsPerInsert(state, *table), 0.01);
  Report(
      state, "pieces_per_insert",
      static_cast<double>(table->arena_allocations() - 1) / static_cast<double>(state.iterations()),
      1.0);
}
BENCHMARK(BM_MemTableInsert)->Iterations(300'000);

void BM_LockedMapInsert(benchmark::State& state) {
  const auto table = std::make_unique<LockedMap>();
  state.counters["mallocs_per_insert"] = MallocsPerInsert(state, *table);
}
BENCHMARK(BM_LockedMapInsert)->Iterations(300'000);

// A map that cursors may share: a write beside an open cursor copies all of it first. That is how
// lesson map-and-shell lets a cursor see one instant.
class SharedMap {
 public:
  using Map = std::map<std::string, std::string, std::less<>>;

  void Add(SequenceNumber, std::string_view key, std::string_view value) {
    if (map_.use_count() > 1) map_ = std::make_shared<Map>(*map_);
    (*map_)[std::string(key)] = value;
  }
  std::shared_ptr<const Map> OpenCursor() const { return map_; }

 private:
  std::shared_ptr<Map> map_ = std::make_shared<Map>();
};

// One put beside a cursor opened just before it, in a store of 10,000 keys.
template <typename Table, typename Open>
double MallocsPerPutBesideCursor(benchmark::State& state, Table& table, Open open_cursor) {
  char key[16];
  SequenceNumber sequence = 0;
  for (; sequence < 10'000; ++sequence) table.Add(sequence + 1, KeyOf(sequence, key), "0123456789");
  std::uint64_t during = 0;
  for (auto _ : state) {
    const auto cursor = open_cursor();
    const std::uint64_t before = mallocs;
    ++sequence;
    table.Add(sequence, KeyOf(sequence % 10'000, key), "9876543210");
    during += mallocs - before;
    benchmark::DoNotOptimize(cursor);
  }
  return static_cast<double>(during) / static_cast<double>(state.iterations());
}

void BM_PutBesideCursor_SharedMap(benchmark::State& state) {
  SharedMap table;
  state.counters["mallocs_per_put"] =
      MallocsPerPutBesideCursor(state, table, [&] { return table.OpenCursor(); });
}
BENCHMARK(BM_PutBesideCursor_SharedMap)->Iterations(200);

void BM_PutBesideCursor_MemTable(benchmark::State& state) {
  LockFree table;
  const double each = MallocsPerPutBesideCursor(state, table, [&] { return table.NewCursor(); });
  Report(state, "mallocs_per_put", each, 0.1);
}
BENCHMARK(BM_PutBesideCursor_MemTable)->Iterations(200);

void BM_MemTableGet(benchmark::State& state) {
  Counters counters;
  MemTable memtable(1, &counters);
  char key[16];
  for (std::uint64_t i = 0; i < kKeys; ++i) {
    memtable.Add(i + 1, EntryKind::kValue, KeyOf(i, key), "0123456789");
  }
  Random random(1);
  const std::uint64_t system_before = mallocs;
  const std::uint64_t comparisons_before = counters.Get(Counter::kKeyComparisons);
  for (auto _ : state) {
    benchmark::DoNotOptimize(memtable.Get(KeyOf(random.Uniform(kKeys), key), kSequenceMax));
  }
  const auto gets = static_cast<double>(state.iterations());
  Report(state, "mallocs_per_get", static_cast<double>(mallocs - system_before) / gets, 0.001);
  state.counters["comparisons_per_get"] =
      static_cast<double>(counters.Get(Counter::kKeyComparisons) - comparisons_before) / gets;
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_MemTableGet)->Iterations(500'000);

}  // namespace
}  // namespace strata
