// The store with some of its entries in tables.

#include <catch2/catch.hpp>

#include <map>

#include "io/environment.h"
#include "io/faulty_file_system.h"
#include "stats/counters.h"
#include "testing/results.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::Scan;
using testing::ScanBackwards;
using testing::TestStore;

std::uint64_t RunsOf(DB& db) {
  std::uint64_t runs = 0;
  for (const LevelShape& level : db.Stats().levels) runs += level.runs;
  return runs;
}

TEST_CASE("a flush moves entries from the memtable to a table",
          "[flush-and-merge][flush-and-merge.4]") {
  TestStore store;
  REQUIRE(store->Put("a", "1"));
  REQUIRE(store->Put("b", "2"));
  REQUIRE(store->Flush());
  CHECK(store->Stats().memtable_entries == 0);
  CHECK(RunsOf(*store) == 1);
  CHECK(store.Get("a") == "1");
  CHECK(store.Get("b") == "2");
  CHECK_FALSE(store.Get("c").has_value());
  CHECK(Scan(*store) == "a=1 b=2 ");
}

TEST_CASE("what is newer wins, in the memtable and in newer tables", "[flush-and-merge]") {
  TestStore store;
  REQUIRE(store->Put("a", "old"));
  REQUIRE(store->Put("b", "old"));
  REQUIRE(store->Put("c", "old"));
  REQUIRE(store->Flush());
  REQUIRE(store->Put("a", "newer"));
  REQUIRE(store->Delete("b"));
  REQUIRE(store->Flush());
  REQUIRE(store->Put("a", "newest"));
  REQUIRE(store->Put("d", "new"));
  CHECK(Scan(*store) == "a=newest c=old d=new ");
  CHECK(ScanBackwards(*store) == "d=new c=old a=newest ");
  CHECK(store.Get("a") == "newest");
  CHECK_FALSE(store.Get("b").has_value());
  CHECK(store.Get("c") == "old");
}

TEST_CASE("an empty memtable is no table", "[flush-and-merge]") {
  TestStore store;
  REQUIRE(store->Flush());
  CHECK(RunsOf(*store) == 0);
  REQUIRE(store->Put("a", "1"));
  REQUIRE(store->Flush());
  REQUIRE(store->Flush());
  CHECK(RunsOf(*store) == 1);
}

TEST_CASE("a flush that the disk fails is an error, and nothing of the memtable is lost",
          "[flush-and-merge][flush-and-merge.4]") {
  for (std::uint64_t fail_at = 0;; ++fail_at) {
    CAPTURE(fail_at);
    const auto disk = NewMemoryFileSystem();
    const auto faulty = NewFaultyFileSystem(*disk);
    ManualClock clock;
    const auto executor = NewSimExecutor(1, clock);
    const Environment environment{.files = faulty.get(),
                                  .clock = &clock,
                                  .executor = executor.get(),
                                  .entropy = SeededEntropy(1)};
    Options options;
    options.environment = &environment;
    auto db = testing::Must(DB::Open(options, "db"));
    std::map<std::string, std::string> model;
    for (int i = 100; i < 200; ++i) {
      const std::string key = std::to_string(i);
      model[key] = std::string(100, 'v');
      REQUIRE(db->Put(key, model[key]));
    }
    faulty->SetPlan({.fail_at = fail_at});
    const bool flushed = db->Flush().has_value();
    const bool fired = faulty->fired();
    const bool of_a_table = fired && faulty->events().at(fail_at).path.ends_with(".sst");
    if (of_a_table || !fired) CHECK(flushed == !fired);
    faulty->SetPlan({});
    db.reset();
    db = testing::Must(DB::Open(options, "db"));
    CHECK((Scan(*db) == testing::Render(model)));
    if (!fired) break;
  }
}

TEST_CASE("a restart finds the tables and replays only what came after the flush",
          "[flush-and-merge]") {
  TestStore store;
  for (int i = 0; i < 100; ++i) REQUIRE(store->Put("key" + std::to_string(i), "v"));
  REQUIRE(store->Flush());
  REQUIRE(store->Put("later", "w"));
  store.Kill();
  REQUIRE(store.TryOpen());
  CHECK(store->Stats().recovered_entries == 1);
  CHECK(store.Get("key42") == "v");
  CHECK(store.Get("later") == "w");
  REQUIRE(store->Put("key42", "again"));  // Its sequence must be newer than the table's.
  CHECK(store.Get("key42") == "again");
}

TEST_CASE("a full memtable is written out by itself", "[flush-and-merge]") {
  Options options;
  options.memtable_bytes = 64 << 10;
  TestStore store(options);
  for (int i = 0; i < 2000; ++i) {
    REQUIRE(store->Put("key" + std::to_string(i), std::string(200, 'v')));
  }
  CHECK(RunsOf(*store) > 0);
  CHECK(store->Stats().memtable_bytes < 200 << 10);
  for (int i = 0; i < 2000; i += 37) CHECK(store.Get("key" + std::to_string(i)).has_value());
}

TEST_CASE("a cursor keeps what it began with while flushes go on", "[flush-and-merge]") {
  TestStore store;
  REQUIRE(store->Put("a", "1"));
  REQUIRE(store->Put("b", "1"));
  REQUIRE(store->Flush());
  const auto cursor = testing::Must(store->NewIterator({}));
  REQUIRE(store->Put("a", "2"));
  REQUIRE(store->Flush());
  REQUIRE(store->Delete("b"));
  REQUIRE(store->Flush());
  REQUIRE(cursor->SeekToFirst());
  CHECK(cursor->value() == "1");
  REQUIRE(cursor->Next());
  REQUIRE(cursor->Valid());
  CHECK(cursor->key() == "b");
}

TEST_CASE("random operations with flushes and restarts agree with a map", "[flush-and-merge]") {
  Random random(55);
  TestStore store;
  std::map<std::string, std::string> model;
  for (int i = 0; i < 3000; ++i) {
    const std::string key = "k" + std::to_string(random.Uniform(60));
    const std::uint64_t choice = random.Uniform(100);
    if (choice < 60) {
      model[key] = std::to_string(i);
      REQUIRE(store->Put(key, model[key]));
    } else if (choice < 85) {
      model.erase(key);
      REQUIRE(store->Delete(key));
    } else if (choice < 87) {
      REQUIRE(store->Flush());
    } else if (choice < 88) {
      store.Reopen();
    } else {
      const auto at = model.find(key);
      const auto found = store.Get(key);
      REQUIRE(found.has_value() == (at != model.end()));
      if (found) REQUIRE(*found == at->second);
    }
  }
  CHECK(Scan(*store) == testing::Render(model));
}

}  // namespace
}  // namespace strata
