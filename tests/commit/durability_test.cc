// When a write is durable, and how those who wait for it are told.

#include "commit/durability.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "base/random.h"
#include "io/faulty_file_system.h"
#include "stats/counters.h"
#include "testing/results.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::TestStore;

Options Unsynced() {
  Options options;
  options.sync = SyncMode::kNone;
  return options;
}

std::uint64_t PutOne(TestStore& store, const std::string& key) {
  WriteBatch batch;
  batch.Put(key, "value of " + key);
  const auto outcome = store->WriteIf(batch);
  REQUIRE(outcome);
  return outcome->version;
}

TEST_CASE("a write is told twice: when it is visible, and when it is durable", "[learned-index]") {
  TestStore store(Unsynced());
  const std::uint64_t version = PutOne(store, "a");
  CHECK(store.Get("a"));
  CHECK(store->DurableVersion() < version);
  std::vector<bool> told;
  store->WhenDurable(version, [&](const Status& status) { told.push_back(status.has_value()); });
  CHECK(told.empty());
  store.executor().RunAll();
  CHECK(told == std::vector<bool>{true});
  CHECK(store->DurableVersion() == version);
  Random random(3);
  store.PowerCut(CrashKind::kNothingUnsynced, random);
  REQUIRE(store.TryOpen());
  CHECK(store.Get("a"));
  CHECK(store->DurableVersion() == version);  // What was recovered is.
}

TEST_CASE("those who wait to be told share a sync", "[learned-index]") {
  TestStore store(Unsynced());
  int told = 0;
  for (int i = 0; i < 50; ++i) {
    store->WhenDurable(PutOne(store, std::to_string(i)), [&](const Status& status) {
      REQUIRE(status);
      ++told;
    });
  }
  const std::uint64_t before = store->counters().Get(Counter::kWalSyncs);
  store.executor().RunAll();
  CHECK(told == 50);
  CHECK(store->counters().Get(Counter::kWalSyncs) - before <= 1);
}

TEST_CASE("one waits until a version is durable, and only until then", "[learned-index]") {
  TestStore store(Unsynced());
  const std::uint64_t first = PutOne(store, "a");
  REQUIRE(store->WaitDurable(first));
  CHECK(store->DurableVersion() == first);
  const std::uint64_t syncs = store->counters().Get(Counter::kWalSyncs);
  PutOne(store, "b");
  REQUIRE(store->WaitDurable(first));  // It is: no sync.
  CHECK(store->counters().Get(Counter::kWalSyncs) == syncs);
  CHECK(store->WaitDurable(first + 2).error().code() == ErrorCode::kInvalidArgument);
}

TEST_CASE("a store that closes tells all who wait", "[learned-index]") {
  TestStore store(Unsynced());
  bool told = false;
  store->WhenDurable(PutOne(store, "a"), [&](const Status& status) { told = status.has_value(); });
  REQUIRE(store->Close());
  CHECK(told);
  Status late;
  store->WhenDurable(1, [&](const Status& status) { late = status; });
  CHECK(late.error().code() == ErrorCode::kAborted);
}

TEST_CASE("a failed sync is told to those who wait for it", "[learned-index]") {
  const auto disk = NewMemoryFileSystem();
  const auto faulty = NewFaultyFileSystem(*disk);
  ManualClock clock;
  const auto executor = NewSimExecutor(4, clock);
  Environment environment{.files = faulty.get(), .clock = &clock, .executor = executor.get()};
  Options options = Unsynced();
  options.environment = &environment;
  auto store = DB::Open(options, "db");
  REQUIRE(store);
  REQUIRE((*store)->Put("a", "1"));
  std::string told;
  (*store)->WhenDurable(
      1, [&](const Status& status) { told = status ? "durable" : status.error().message(); });
  faulty->SetPlan({.fail_at = 0, .fault = Fault::kSyncRevertsData, .sticky = true});
  executor->RunAll();
  CHECK(told.find("sync") != std::string::npos);
  CHECK((*store)->DurableVersion() == 0);
}

TEST_CASE("no power cut takes what was said to be durable", "[learned-index]") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Random random(seed);
    Options options = Unsynced();
    options.memtable_bytes = 4096;
    TestStore store(options, seed);
    std::uint64_t version = 0;
    for (std::uint64_t i = 0; i < 60; ++i) {
      version = PutOne(store, std::to_string(i));
      if (random.Uniform(4) == 0) store->WhenDurable(version, [](const Status&) {});
      if (random.Uniform(3) == 0) store.executor().RunOne();
      if (random.Uniform(20) == 0) REQUIRE(store->Sync());
    }
    const std::uint64_t durable = store->DurableVersion();
    store.PowerCut(CrashKind::kNothingUnsynced, random);
    REQUIRE(store.TryOpen());
    for (std::uint64_t i = 0; i < durable; ++i) CHECK(store.Get(std::to_string(i)));
  }
}

TEST_CASE("who waits is told in order, each once", "[learned-index]") {
  std::vector<std::function<void()>> tasks;
  Durability durability([&](std::function<void()> task) { tasks.push_back(std::move(task)); });
  std::vector<int> told;
  for (const int at : {5, 3, 9}) {
    durability.When(static_cast<SequenceNumber>(at),
                    [&told, at](const Status&) { told.push_back(at); });
  }
  durability.Advance(2);
  CHECK(tasks.empty());
  durability.Advance(5);
  durability.Advance(4);  // It never goes back.
  CHECK(durability.up_to() == 5);
  CHECK(durability.wanted());
  durability.Fail(Error(ErrorCode::kIo, "gone"));
  CHECK_FALSE(durability.wanted());
  for (const auto& task : tasks) task();
  CHECK(told == std::vector<int>{3, 5, 9});
}

}  // namespace
}  // namespace strata
