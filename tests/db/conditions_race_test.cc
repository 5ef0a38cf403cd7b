// Conditional writes on real threads: one of many wins, and those that have nothing to do with each
// other still share a sync.

#include <catch2/catch.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "io/environment.h"
#include "io/memory_file_system.h"
#include "stats/counters.h"
#include "strata/db.h"
#include "testing/gated_file_system.h"

namespace strata {
namespace {

struct ThreadedStore {
  explicit ThreadedStore(SyncMode sync = SyncMode::kAlways) {
    Options options;
    options.environment = &environment;
    options.sync = sync;
    options.memtable_bytes = 64 << 10;
    db = *DB::Open(options, "db");
  }

  std::unique_ptr<MemoryFileSystem> disk = NewMemoryFileSystem();
  testing::GatedFileSystem files{*disk};
  std::unique_ptr<Executor> executor = NewThreadExecutor(1, 2, RealClock());
  Environment environment{.files = &files,
                          .clock = &RealClock(),
                          .executor = executor.get(),
                          .entropy = SeededEntropy(7)};
  std::unique_ptr<DB> db;
};

// Holds a first writer in its sync, lets `count` more queue up, and then all of them go.
template <typename Write>
void AllAtOnce(ThreadedStore& store, int count, Write write) {
  std::vector<std::thread> threads;
  store.files.CloseGate();
  threads.emplace_back([&] { store.db->Put("first", "1").has_value(); });
  while (store.files.waiting() == 0) std::this_thread::yield();
  for (int i = 0; i < count; ++i) threads.emplace_back([&write, i] { write(i); });
  while (store.db->Stats().writers_queued < static_cast<std::uint64_t>(count) + 1) {
    std::this_thread::yield();
  }
  store.files.OpenGate();
  for (std::thread& thread : threads) thread.join();
}

TEST_CASE("conditional batches on other keys share a sync",
          "[conditional-writes][conditional-writes.3][concurrency]") {
  ThreadedStore store;
  const std::uint64_t before = store.db->counters().Get(Counter::kWalSyncs);
  std::atomic<int> written{0};
  AllAtOnce(store, 8, [&](int i) {
    const auto outcome = store.db->PutIfAbsent("key" + std::to_string(i), "v");
    if (outcome && outcome->written()) ++written;
  });
  CHECK(written == 8);
  CHECK(store.db->counters().Get(Counter::kWalSyncs) - before == 2);
}

TEST_CASE("of many that put if absent one wins and the others see its value",
          "[conditional-writes][concurrency]") {
  ThreadedStore store;
  std::atomic<int> written{0};
  std::atomic<int> lost{0};
  std::vector<std::string> seen(8);
  AllAtOnce(store, 8, [&](int i) {
    const std::string mine = "v" + std::to_string(i);
    const auto outcome = store.db->PutIfAbsent("key", mine);
    if (!outcome) return;
    ++(outcome->written() ? written : lost);
    seen[static_cast<std::size_t>(i)] =
        outcome->written() ? mine : outcome->failed->current.value_or(Entry{}).value;
  });
  CHECK(written == 1);
  CHECK(lost == 7);
  for (const std::string& value : seen) CHECK(value == seen[0]);
}

TEST_CASE("a condition that fails doesn't hold up the rest of its group",
          "[conditional-writes][concurrency]") {
  ThreadedStore store;
  std::atomic<int> failed{0};
  AllAtOnce(store, 8, [&](int i) {
    if (i % 2 == 0) {
      store.db->Put("key" + std::to_string(i), "v").has_value();
    } else if (const auto outcome = store.db->UpdateIfExists("nope" + std::to_string(i), "v")) {
      failed += outcome->written() ? 0 : 1;
    }
  });
  CHECK(failed == 4);
  std::string value;
  for (int i = 0; i < 8; i += 2) CHECK(*store.db->Get("key" + std::to_string(i), &value));
  CHECK(store.db->Stats().last_sequence == 5);
}

TEST_CASE("a counter that many threads raise by compare-and-swap ends exact",
          "[conditional-writes][concurrency]") {
  ThreadedStore store(SyncMode::kNone);
  REQUIRE(store.db->Put("counter", "0"));
  constexpr int kThreads = 4;
  constexpr int kRaises = 150;
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int done = 0; done < kRaises;) {
        const auto entry = store.db->GetEntry("counter");
        if (!entry || !*entry) {
          ++failures;
          return;
        }
        const std::string next = std::to_string(std::stoi((*entry)->value) + 1);
        const auto outcome =
            thread % 2 == 0 ? store.db->CompareAndSwap("counter", (*entry)->value, next)
                            : store.db->CompareAndSwapVersion("counter", (*entry)->version, next);
        if (!outcome) {
          ++failures;
          return;
        }
        done += outcome->written() ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(failures == 0);
  CHECK((*store.db->GetEntry("counter"))->value == std::to_string(kThreads * kRaises));
  CHECK(store.db->Stats().last_sequence == kThreads * kRaises + 1);
}

}  // namespace
}  // namespace strata
