// Many stores of one process on shared resources.

#include "strata/shared_resources.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/random.h"
#include "io/memory_file_system.h"
#include "state/shared_parts.h"
#include "stats/counters.h"
#include "strata/db.h"
#include "testing/child_process.h"
#include "testing/results.h"
#include "testing/temp_dir.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Must;

// Of this process: "task" are threads, "fd" descriptors.
std::size_t CountOf(const char* what) {
  const std::filesystem::directory_iterator entries(std::string("/proc/self/") + what);
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

// What isn't compressed, and can be said again.
std::string ValueOf(std::size_t store, int key) {
  Random random(store * 1'000'003 + static_cast<std::uint64_t>(key));
  std::string value(2'000, '\0');
  for (char& byte : value) byte = static_cast<char>(random.Next());
  return value;
}

Options SharingOptions(const std::shared_ptr<SharedResources>& shared) {
  return {.shared = shared, .sync = SyncMode::kNone, .blob_threshold = 0};
}

bool HasAll(DB& db, std::size_t store, int keys) {
  std::string value;
  for (int key = 0; key < keys; ++key) {
    const auto found = db.Get(std::to_string(key), &value);
    if (!found || !*found || value != ValueOf(store, key)) return false;
  }
  return true;
}

struct Fleet {
  static constexpr std::size_t kStores = 64;
  static constexpr std::size_t kWriters = 4;
  static constexpr int kKeys = 30;  // Of each store: all of them are about 4 MiB.
  static constexpr std::uint64_t kBudget = 2 << 20;

  std::unique_ptr<DB> Open(std::size_t store) const {
    return Must(DB::Open(SharingOptions(shared), dir.File(std::to_string(store))));
  }
  void Write(std::size_t writer) {
    std::string value;
    for (int key = 0; key < kKeys; ++key) {
      for (std::size_t i = writer; i < kStores; i += kWriters) {
        if (!stores[i]->Put(std::to_string(key), ValueOf(i, key))) ++failures;
        if (!stores[i]->Get(std::to_string(key / 2), &value)) ++failures;  // Fills the cache.
      }
    }
  }
  // A store that comes and goes beside the others.
  void ComeAndGo() {
    while (writing > 0) {
      const auto db = Open(kStores);
      if (!db->Put("1", ValueOf(kStores, 1)) || !db->Flush()) ++failures;
    }
  }

  const testing::TempDir dir;
  std::shared_ptr<SharedResources> shared = Must(SharedResources::Make(
      {.memory_budget_bytes = kBudget, .background_threads = 2, .flush_threads = 1}));
  std::vector<std::unique_ptr<DB>> stores;
  std::atomic<std::size_t> writing{kWriters};
  std::atomic<int> failures{0};
};

TEST_CASE("64 stores share memory, threads and descriptors, and stay within them",
          "[learned-index][concurrency][long]") {
  (void)RealEnvironment();  // Its threads are there in any case.
  const std::size_t threads_before = CountOf("task");
  const std::size_t files_before = CountOf("fd");
  Fleet fleet;
  for (std::size_t i = 0; i < Fleet::kStores; ++i) fleet.stores.push_back(fleet.Open(i));
  CHECK(CountOf("task") == threads_before + 3);
  CHECK(fleet.shared->Usage().stores == Fleet::kStores);

  std::vector<std::thread> threads;
  for (std::size_t writer = 0; writer < Fleet::kWriters; ++writer) {
    threads.emplace_back([&fleet, writer] {
      fleet.Write(writer);
      --fleet.writing;
    });
  }
  threads.emplace_back([&fleet] { fleet.ComeAndGo(); });
  std::uint64_t memory = 0;
  std::uint64_t cache_over = 0;
  std::size_t threads_most = 0;
  while (fleet.writing > 0) {
    const SharedUsage usage = fleet.shared->Usage();
    memory = std::max(memory, usage.memtable_bytes + usage.table_bytes + usage.cache_bytes);
    cache_over += usage.cache_bytes > usage.cache_capacity_bytes;
    threads_most = std::max(threads_most, CountOf("task"));
    std::this_thread::yield();
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(fleet.failures == 0);
  CHECK(memory <= Fleet::kBudget);
  CHECK(memory > Fleet::kBudget / 8);
  CHECK(cache_over == 0);
  CHECK(threads_most <= threads_before + 3 + threads.size());
  CHECK(threads_most > threads_before + 3);
  // Of each store: its directory, lock, log, manifest, and tables, which are few.
  CHECK(CountOf("fd") <= files_before + Fleet::kStores * 16);
  for (std::size_t i = 0; i < Fleet::kStores; ++i) {
    CHECK(HasAll(*fleet.stores[i], i, Fleet::kKeys));
  }
  CHECK(fleet.shared->Usage().cache_bytes <= fleet.shared->Usage().cache_capacity_bytes);

  // Half of them go, then the caller's own reference, and the others work on.
  fleet.stores.resize(Fleet::kStores / 2);
  CHECK(fleet.shared->Usage().stores == Fleet::kStores / 2);
  fleet.shared.reset();
  for (std::size_t i = 0; i < fleet.stores.size(); ++i) {
    CHECK(CodeOf(fleet.stores[i]->Put("more", "1")) == "ok");
    if (i % 8 == 0) CHECK(CodeOf(fleet.stores[i]->Flush()) == "ok");
    CHECK(HasAll(*fleet.stores[i], i, Fleet::kKeys));
  }
  fleet.stores.clear();
  CHECK(CountOf("task") == threads_before);
  // A table's descriptor is closed with its last reader.
  CHECK(CountOf("fd") <= files_before + 1);
}

TEST_CASE("stores that are gone leave nothing in what they shared", "[learned-index]") {
  const testing::TempDir dir;
  const auto shared = Must(SharedResources::Make({.memory_budget_bytes = 8 << 20}));
  for (int round = 0; round < 3; ++round) {
    const auto db = Must(DB::Open(SharingOptions(shared), dir.path()));
    REQUIRE(db->Put("a", std::string(100'000, 'x')));
    REQUIRE(db->Flush());
    REQUIRE(db->WaitForCompactions());
    std::string value;
    REQUIRE(Must(db->Get("a", &value)));
    CHECK(shared->Usage().cache_bytes > 100'000);
    CHECK(shared->Usage().table_bytes > 0);
    CHECK(db->counters().Get(Counter::kCacheMisses) > 0);
  }
  const SharedUsage usage = shared->Usage();
  CHECK(usage.stores == 0);
  CHECK(usage.memtable_bytes == 0);
  CHECK(usage.table_bytes == 0);
  CHECK(usage.cache_bytes == 0);
  CHECK(usage.cache_capacity_bytes == 8 << 20);
}

TEST_CASE("a store opened with another environment's resources is refused", "[learned-index]") {
  const testing::TempDir dir;
  ManualClock clock;
  const auto executor = NewSimExecutor(1, clock);
  const Environment environment{.clock = &clock, .executor = executor.get()};
  const auto shared = Must(SharedResources::Make({.environment = &environment}));
  CHECK(testing::Outcome(DB::Open({.shared = shared}, dir.path())) ==
        "invalid argument: option shared was made for another environment; give both the same "
        "clock and executor");
}

// On one simulated machine, without threads: which step runs is drawn.
struct Machine {
  ManualClock clock;
  std::unique_ptr<MemoryFileSystem> disk = NewMemoryFileSystem();
  std::unique_ptr<SimExecutor> executor = NewSimExecutor(1, clock);
  Environment environment{.files = disk.get(),
                          .clock = &clock,
                          .executor = executor.get(),
                          .entropy = SeededEntropy(1)};
  std::unique_ptr<DB> Open(const std::shared_ptr<SharedResources>& shared,
                           const std::string& name) const {
    Options options = SharingOptions(shared);
    options.environment = &environment;
    return Must(DB::Open(options, name));
  }
};

TEST_CASE("a thousand steps of one owner don't hold up another store's flush", "[learned-index]") {
  Machine machine;
  const auto shared = Must(SharedResources::Make({.environment = &machine.environment}));
  const auto db = machine.Open(shared, "db");
  const auto greedy = shared->parts().executor.NewLane();
  int steps = 0;
  for (int i = 0; i < 1'000; ++i) {
    for (const Priority priority : {Priority::kHigh, Priority::kLow}) {
      greedy->Schedule(priority, [&] {
        ++steps;
        return Step::kDone;
      });
    }
  }
  REQUIRE(db->Put("a", "1"));
  REQUIRE(db->Flush());
  CHECK(steps < 20);
  CHECK(db->Stats().levels.size() == 1);
}

TEST_CASE("an idle store gives its memtable up when another one fills", "[learned-index]") {
  Machine machine;
  const auto shared = Must(
      SharedResources::Make({.environment = &machine.environment, .memory_budget_bytes = 6 << 20}));
  const auto idle = machine.Open(shared, "idle");
  const auto busy = machine.Open(shared, "busy");
  const std::string value(300'000, 'x');
  for (const char* key : {"1", "2", "3"}) REQUIRE(idle->Put(key, value));
  for (const char* key : {"1", "2"}) REQUIRE(busy->Put(key, value));
  machine.executor->RunAll();
  CHECK(idle->Stats().levels.empty());
  REQUIRE(busy->Put("3", value.substr(30'000)));
  machine.executor->RunAll();
  CHECK(idle->Stats().levels.size() == 1);
  CHECK(busy->Stats().levels.empty());
}

TEST_CASE("a child that lets go of stores and what they shared changes nothing",
          "[learned-index]") {
  const testing::TempDir dir;
  auto shared =
      Must(SharedResources::Make({.memory_budget_bytes = 8 << 20, .background_threads = 1}));
  auto db = Must(DB::Open(SharingOptions(shared), dir.path()));
  REQUIRE(db->Put("a", "1"));
  REQUIRE(db->Flush());
  std::string value;
  REQUIRE(Must(db->Get("a", &value)));
  CHECK(testing::InChild([&] {
          if (CodeOf(DB::Open(SharingOptions(shared), dir.File("own"))) != "aborted") return 1;
          db.reset();
          // It would need locks to change anything.
          if (shared->Usage().cache_bytes == 0 || shared->Usage().stores != 1) return 2;
          shared.reset();
          return 0;
        }) == 0);
  REQUIRE(db->Put("a", "2"));
  REQUIRE(db->Flush());
  CHECK(shared->Usage().stores == 1);
}

}  // namespace
}  // namespace strata
