#include "server/draft.h"

#include <catch2/catch.hpp>

#include <map>

#include "base/random.h"
#include "stats/counters.h"
#include "testing/results.h"
#include "testing/test_store.h"

namespace strata::server {
namespace {

using strata::testing::Scan;
using strata::testing::TestStore;

constexpr std::uint64_t kNow = 1'000'000'000'000'000;

std::string Show(Keyspace& keyspace, std::string_view key) {
  const auto entry = keyspace.Get(kDefaultTable, key);
  REQUIRE(entry.has_value());
  return *entry ? (*entry)->value : "none";
}

TEST_CASE("a draft shows its own changes, and the store doesn't before it is written",
          "[event-loop]") {
  TestStore store;
  REQUIRE(store->Put("a", "1"));
  Draft draft(*store, kNow);
  CHECK(Show(draft, "a") == "1");
  REQUIRE(draft.Put(kDefaultTable, "a", "2", 0));
  REQUIRE(draft.Put(kDefaultTable, "b", "3", 0));
  REQUIRE(draft.Delete(kDefaultTable, "c"));
  CHECK(Show(draft, "a") == "2");
  CHECK(draft.Get(kDefaultTable, "b")->value().version == Keyspace::kUnwritten);
  CHECK(Show(draft, "c") == "none");
  CHECK(Scan(*store) == "a=1 ");
  REQUIRE(draft.Commit());
  CHECK(Scan(*store) == "a=2 b=3 ");
  CHECK(draft.Get(kDefaultTable, "b")->value().version != Keyspace::kUnwritten);
}

TEST_CASE("a draft is one batch", "[event-loop]") {
  TestStore store;
  Draft draft(*store, kNow);
  const std::uint64_t before = store->counters().Get(Counter::kWrites);
  for (int i = 0; i < 100; ++i) REQUIRE(draft.Put(kDefaultTable, std::to_string(i), "v", 0));
  REQUIRE(draft.Commit());
  CHECK(store->counters().Get(Counter::kWrites) - before == 1);
  REQUIRE(draft.Commit());  // Nothing is left.
  CHECK(store->counters().Get(Counter::kWrites) - before == 1);
}

TEST_CASE("what expires by the draft's moment is not there", "[event-loop]") {
  TestStore store;
  Draft draft(*store, kNow);
  REQUIRE(draft.Put(kDefaultTable, "past", "v", kNow));
  REQUIRE(draft.Put(kDefaultTable, "later", "v", kNow + 1));
  CHECK(Show(draft, "past") == "none");
  CHECK(draft.Get(kDefaultTable, "later")->value().expires_at_us == kNow + 1);
}

TEST_CASE("a key that is too long is refused, and the rest of the draft is written",
          "[event-loop]") {
  TestStore store;
  Draft draft(*store, kNow);
  REQUIRE(draft.Put(kDefaultTable, "a", "1", 0));
  const Status refused = draft.Put(kDefaultTable, std::string(kKeySizeMax + 1, 'k'), "v", 0);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == ErrorCode::kInvalidArgument);
  REQUIRE(draft.Commit());
  CHECK(Scan(*store) == "a=1 ");
}

TEST_CASE("after a commit that failed nothing is told as done", "[event-loop]") {
  TestStore store;
  Draft draft(*store, kNow);
  REQUIRE(store->Close());
  REQUIRE(draft.Put(kDefaultTable, "a", "1", 0));
  CHECK_FALSE(draft.Commit());
  CHECK_FALSE(draft.Commit());  // Though nothing is left to write.
  draft.BeginAnew(kNow);
  CHECK(draft.Commit());
}

std::string ScanOf(Keyspace& keyspace, const std::string& prefix = "") {
  const auto cursor = strata::testing::Must(keyspace.NewIterator({.prefix = prefix}));
  std::string text;
  REQUIRE(cursor->SeekToFirst());
  while (cursor->Valid()) {
    text += std::string(cursor->key()) + "=" + std::string(cursor->value()) + " ";
    REQUIRE(cursor->Next());
  }
  return text;
}

TEST_CASE("a scan of a draft shows what is drafted, and not what is deleted", "[event-loop]") {
  TestStore store;
  for (const char* key : {"a", "c", "e"}) REQUIRE(store->Put(key, "old"));
  Draft draft(*store, kNow);
  CHECK(ScanOf(draft) == "a=old c=old e=old ");
  REQUIRE(draft.Put(kDefaultTable, "b", "new", 0));
  REQUIRE(draft.Put(kDefaultTable, "c", "new", 0));
  REQUIRE(draft.Delete(kDefaultTable, "e"));
  REQUIRE(draft.Delete(kDefaultTable, "none"));
  REQUIRE(draft.Put({7}, "d", "another table's", 0));
  REQUIRE(draft.Put(kDefaultTable, "z", "new", 0));
  CHECK(ScanOf(draft) == "a=old b=new c=new z=new ");
  CHECK(ScanOf(draft, "c") == "c=new ");
  const auto cursor = strata::testing::Must(draft.NewIterator({}));
  REQUIRE(cursor->Seek("d"));
  CHECK(cursor->key() == "z");
  CHECK_FALSE(cursor->Prev());
}

TEST_CASE("random drafts are as a map", "[event-loop]") {
  TestStore store;
  Random random(7);
  Draft draft(*store, kNow);
  std::map<std::string, std::string> model;
  for (int step = 0; step < 20'000; ++step) {
    const std::string key = std::to_string(random.Uniform(random.OneIn(2) ? 20 : 2'000));
    switch (random.Uniform(8)) {
      case 0:
        REQUIRE(draft.Delete(kDefaultTable, key));
        model.erase(key);
        break;
      case 1:
        if (!random.OneIn(20)) break;
        REQUIRE(draft.Commit());
        draft.BeginAnew(kNow);
        break;
      case 2:
      case 3:
        model[key] = std::to_string(step);
        REQUIRE(draft.Put(kDefaultTable, key, model[key], 0));
        break;
      case 4:
        if (random.OneIn(100)) REQUIRE(ScanOf(draft) == strata::testing::Render(model));
        break;
      default:
        REQUIRE(Show(draft, key) == (model.contains(key) ? model[key] : "none"));
    }
  }
  REQUIRE(draft.Commit());
  CHECK(Scan(*store) == strata::testing::Render(model));
}

}  // namespace
}  // namespace strata::server
