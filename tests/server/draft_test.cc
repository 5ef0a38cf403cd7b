#include "server/draft.h"

#include <catch2/catch.hpp>

#include <map>

#include "base/random.h"
#include "stats/counters.h"
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
      default:
        REQUIRE(Show(draft, key) == (model.contains(key) ? model[key] : "none"));
    }
  }
  REQUIRE(draft.Commit());
  CHECK(Scan(*store) == strata::testing::Render(model));
}

}  // namespace
}  // namespace strata::server
