// Many writers at once, on real threads: a disk whose first sync waits for a gate lets the test say
// who queues up behind whom.

#include <catch2/catch.hpp>

#include <atomic>
#include <functional>
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

// A store on real threads over a disk with a gate at its syncs.
struct ThreadedStore {
  ThreadedStore() {
    Options options;
    options.memtable = MemtableKind::kSkipList;  // The kind into which several may insert at once.
    options.environment = &environment;
    auto opened = DB::Open(options, "db");
    REQUIRE(opened);
    db = *std::move(opened);
  }

  // Lets one writer into a sync that waits, and `count` more queue up behind it.
  template <typename Write>
  void QueueUp(int count, Write write) {
    files.CloseGate();
    threads.emplace_back([this, write] { write(*db, 0); });
    while (files.waiting() == 0) std::this_thread::yield();
    for (int i = 1; i <= count; ++i) {
      threads.emplace_back([this, write, i] { write(*db, i); });
    }
    while (db->Stats().writers_queued < static_cast<std::uint64_t>(count) + 1) {
      std::this_thread::yield();
    }
  }

  // As QueueUp; each is in line before the next one comes.
  void QueueInLine(const std::vector<std::function<void(DB&)>>& writers) {
    files.CloseGate();
    for (std::size_t i = 0; i < writers.size(); ++i) {
      threads.emplace_back([this, write = writers[i]] { write(*db); });
      while (i == 0 && files.waiting() == 0) std::this_thread::yield();
      while (db->Stats().writers_queued < i + 1) std::this_thread::yield();
    }
  }

  // The groups that were written, and the syncs, once all who are in line are through.
  std::string GroupsOf(const std::vector<std::function<void(DB&)>>& writers) {
    const std::uint64_t groups = db->counters().Get(Counter::kGroupCommits);
    const std::uint64_t syncs = db->counters().Get(Counter::kWalSyncs);
    QueueInLine(writers);
    OpenGateAndJoin();
    return std::to_string(db->counters().Get(Counter::kGroupCommits) - groups) + " groups, " +
           std::to_string(db->counters().Get(Counter::kWalSyncs) - syncs) + " syncs";
  }

  void OpenGateAndJoin() {
    files.OpenGate();
    for (std::thread& thread : threads) thread.join();
  }

  std::unique_ptr<MemoryFileSystem> disk = NewMemoryFileSystem();
  testing::GatedFileSystem files{*disk};
  std::unique_ptr<Executor> executor = NewThreadExecutor(1, 2, RealClock());
  Environment environment{.files = &files,
                          .clock = &RealClock(),
                          .executor = executor.get(),
                          .entropy = SeededEntropy(7)};
  std::unique_ptr<DB> db;
  std::vector<std::thread> threads;
};

TEST_CASE("writers that wait for a sync share the next one",
          "[group-commit][group-commit.1][concurrency]") {
  ThreadedStore store;
  const std::uint64_t before = store.db->counters().Get(Counter::kWalSyncs);
  store.QueueUp(8, [](DB& db, int i) { db.Put("key" + std::to_string(i), "v").has_value(); });
  store.OpenGateAndJoin();
  CHECK(store.db->counters().Get(Counter::kWalSyncs) - before == 2);
  CHECK(store.db->counters().Get(Counter::kWrites) == 9);
  std::string value;
  for (int i = 0; i <= 8; ++i) CHECK(*store.db->Get("key" + std::to_string(i), &value));
}

TEST_CASE("a group of large batches is inserted by all its writers",
          "[concurrent-inserts][concurrent-inserts.1][concurrency]") {
  ThreadedStore store;
  store.QueueUp(6, [](DB& db, int writer) {
    WriteBatch batch;
    for (int i = 0; i < 500; ++i) {
      batch.Put("key" + std::to_string(i * 7 + writer), std::string(180, 'a'));
    }
    db.Write(batch).has_value();
  });
  const std::uint64_t groups = store.db->counters().Get(Counter::kGroupCommits);
  store.OpenGateAndJoin();
  CHECK(store.db->counters().Get(Counter::kGroupCommits) - groups < 6);
  auto iterator = store.db->NewIterator({});
  REQUIRE(iterator);
  int seen = 0;
  for (Status moved = (*iterator)->SeekToFirst(); moved && (*iterator)->Valid();
       moved = (*iterator)->Next()) {
    ++seen;
  }
  CHECK(seen == 3'500);
}

TEST_CASE("who asked for no sync is not held up by the syncs of others",
          "[group-commit][concurrency]") {
  ThreadedStore store;
  const std::uint64_t before = store.db->counters().Get(Counter::kWalSyncs);
  store.QueueUp(4, [](DB& db, int i) {
    db.Put("key" + std::to_string(i), "v", {.sync = i == 0}).has_value();
  });
  store.OpenGateAndJoin();
  CHECK(store.db->counters().Get(Counter::kWalSyncs) - before == 1);
}

std::function<void(DB&)> PutOf(std::size_t bytes, bool sync) {
  return
      [bytes, sync](DB& db) { db.Put("key", std::string(bytes, 'v'), {.sync = sync}).has_value(); };
}

// In the cases below the first writer syncs alone, while the others get in line.

TEST_CASE("a small leader writes no megabyte for others",
          "[group-commit][group-commit.1][concurrency]") {
  ThreadedStore store;
  constexpr std::size_t kLarge = 100 << 10;
  CHECK(store.GroupsOf({PutOf(1, true), PutOf(1, true), PutOf(kLarge, true),
                        PutOf(kLarge, true)}) == "3 groups, 3 syncs");
}

TEST_CASE("a group ends at a mebibyte", "[group-commit][group-commit.1][concurrency]") {
  ThreadedStore store;
  constexpr std::size_t kHuge = 600 << 10;
  CHECK(store.GroupsOf({PutOf(1, true), PutOf(1, true), PutOf(1, true), PutOf(kHuge, true),
                        PutOf(kHuge, true)}) == "4 groups, 4 syncs");
}

TEST_CASE("a large leader takes along what fits a mebibyte", "[group-commit][concurrency]") {
  ThreadedStore store;
  CHECK(store.GroupsOf({PutOf(1, true), PutOf(400 << 10, true), PutOf(400 << 10, true)}) ==
        "2 groups, 2 syncs");
}

TEST_CASE("a sync in line ends a group, and nobody overtakes it",
          "[group-commit][group-commit.1][concurrency]") {
  ThreadedStore store;
  const auto sync = [](DB& db) { db.Sync().has_value(); };
  CHECK(store.GroupsOf({PutOf(1, true), PutOf(1, false), PutOf(1, false), sync, PutOf(1, false)}) ==
        "3 groups, 2 syncs");
}

TEST_CASE("who asked for a sync doesn't join a group without one, and takes others along",
          "[group-commit][group-commit.1][concurrency]") {
  ThreadedStore store;
  CHECK(store.GroupsOf({PutOf(1, true), PutOf(1, false), PutOf(1, true), PutOf(1, false)}) ==
        "3 groups, 2 syncs");
}

TEST_CASE("batches are seen as a whole by readers beside many writers",
          "[group-commit][concurrency]") {
  ThreadedStore store;
  std::atomic<bool> stop{false};
  std::atomic<int> torn{0};
  std::thread reader([&] {
    while (!stop) {
      auto iterator = store.db->NewIterator({});
      if (!iterator || !(*iterator)->SeekToFirst() || !(*iterator)->Valid()) continue;
      const std::string first((*iterator)->value());
      if (!(*iterator)->Next() || !(*iterator)->Valid() || (*iterator)->value() != first) ++torn;
    }
  });
  for (int writer = 0; writer < 4; ++writer) {
    store.threads.emplace_back([&store, writer] {
      for (int i = 0; i < 200; ++i) {
        WriteBatch batch;
        const std::string value = std::to_string(writer) + "." + std::to_string(i);
        batch.Put("a", value);
        batch.Put("b", value);
        store.db->Write(batch, {.sync = false}).has_value();
      }
    });
  }
  store.OpenGateAndJoin();
  stop = true;
  reader.join();
  CHECK(torn == 0);
}

}  // namespace
}  // namespace strata
