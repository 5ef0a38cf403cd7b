// Time as a parameter: reads and writes that say what time it is.

#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "testing/results.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::Scan;
using testing::ScanBackwards;
using testing::TestStore;

ReadOptions At(std::uint64_t now_us, std::shared_ptr<const Snapshot> snapshot = nullptr) {
  ReadOptions options;
  options.now_us = now_us;
  options.snapshot = std::move(snapshot);
  return options;
}

// "a" expires at `now` + 1000, "b" at + 2000, "c" never.
struct Expiring {
  explicit Expiring(bool in_tables) {
    store.clock().Advance(1'000'000);
    now = store.clock().WallMicros();
    WriteBatch batch;
    batch.Put("a", "1", {.table = kDefaultTable, .expires_at_us = now + 1000});
    batch.Put("b", "2", {.table = kDefaultTable, .expires_at_us = now + 2000});
    batch.Put("c", "3");
    REQUIRE(store->Write(batch));
    if (in_tables) REQUIRE(store->Flush());
  }

  // The values of a, b and c by `read`, "-" where there is none.
  std::string Got(std::uint64_t at) {
    std::string out;
    for (const char* key : {"a", "b", "c"}) {
      std::string value;
      out += Must(store->Get(key, &value, At(at))) ? value : "-";
    }
    return out;
  }

  TestStore store;
  std::uint64_t now = 0;
};

TEST_CASE("every read judges by the time that it is told", "[learned-index]") {
  for (const bool in_tables : {false, true}) {
    Expiring world(in_tables);
    TestStore& store = world.store;
    CHECK(world.Got(0) == "123");
    CHECK(world.Got(world.now + 999) == "123");
    CHECK(world.Got(world.now + 1000) == "-23");
    CHECK(world.Got(world.now + 2000) == "--3");
    CHECK(Scan(*store, At(world.now + 1500)) == "b=2 c=3 ");
    CHECK(ScanBackwards(*store, At(world.now + 1500)) == "c=3 b=2 ");
    CHECK_FALSE(Must(store->GetEntry("a", At(world.now + 1500))));
    CHECK(Must(store->GetEntry("b", At(world.now + 1500)))->expires_at_us == world.now + 2000);
    const std::vector<std::string_view> keys = {"a", "b", "c"};
    const auto found = Must(store->MultiGet(keys, At(world.now + 1500)));
    CHECK((!found[0].found && found[1].found && found[2].found));
    const std::vector<TableKey> table_keys = {{kDefaultTable, "a"}, {kDefaultTable, "b"}};
    const auto in_table = Must(store->MultiGet(table_keys, At(world.now + 1500)));
    CHECK((!in_table[0].found && in_table[1].found));

    const auto snapshot = store->GetSnapshot();
    REQUIRE(store->Delete("b"));
    CHECK(Scan(*store, At(world.now + 1500, snapshot)) == "b=2 c=3 ");
    CHECK(Scan(*store, At(world.now + 2000, snapshot)) == "c=3 ");

    // An earlier time than the clock's shows what nothing has dropped yet.
    store.clock().Advance(10'000);
    CHECK(world.Got(0) == "--3");
    CHECK(world.Got(world.now) == "1-3");
  }
}

TEST_CASE("conditions and times to live go by the time that the write is told", "[learned-index]") {
  Expiring world(/*in_tables=*/true);
  TestStore& store = world.store;
  WriteOptions late;
  late.now_us = world.now + 1000;
  CHECK(Must(store->PutIfAbsent("b", "x", late)).failed);
  CHECK(Must(store->UpdateIfExists("a", "x", late)).failed);
  late.ttl_us = 500;
  CHECK(Must(store->PutIfAbsent("a", "new", late)).written());
  CHECK(Must(store->GetEntry("a"))->expires_at_us == world.now + 1500);
  // By the store's clock it is there.
  CHECK(Must(store->PutIfAbsent("a", "x")).failed);
}

}  // namespace
}  // namespace strata
