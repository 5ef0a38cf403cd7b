// The store as its user sees it, over a disk in memory: what goes in comes out, in order, newest
// first, also after the store was closed or its power cut.

#include <catch2/catch.hpp>

#include <map>
#include <optional>
#include <string>

#include "base/random.h"
#include "strata/db.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::Scan;
using testing::TestStore;

TEST_CASE("a key that was put is found, and one that was not is not", "[memtable]") {
  TestStore store;
  CHECK(store->Put("a", "1"));
  CHECK(store.Get("a") == "1");
  CHECK(store.Get("b") == std::nullopt);
}

TEST_CASE("the newest value of a key wins", "[memtable]") {
  TestStore store;
  CHECK(store->Put("a", "1"));
  CHECK(store->Put("a", "2"));
  CHECK(store.Get("a") == "2");
}

TEST_CASE("a deleted key is gone until it is put again", "[memtable]") {
  TestStore store;
  CHECK(store->Put("a", "1"));
  CHECK(store->Delete("a"));
  CHECK(store.Get("a") == std::nullopt);
  CHECK(store->Put("a", "3"));
  CHECK(store.Get("a") == "3");
}

TEST_CASE("empty keys and empty values are keys and values", "[memtable]") {
  TestStore store;
  CHECK(store->Put("", "x"));
  CHECK(store->Put("y", ""));
  CHECK(store.Get("") == "x");
  CHECK(store.Get("y") == "");
}

TEST_CASE("an option makes an empty value a delete", "[memtable]") {
  TestStore store({.empty_value_deletes = true});
  CHECK(store->Put("a", "1"));
  CHECK(store->Put("a", ""));
  CHECK(store.Get("a") == std::nullopt);
}

TEST_CASE("keys hold any bytes and sort as bytes", "[memtable]") {
  TestStore store;
  const std::string zero(1, '\0');
  CHECK(store->Put("\xff", "last"));
  CHECK(store->Put(zero, "first"));
  CHECK(store->Put("a" + zero, "third"));
  CHECK(store->Put("a", "second"));
  CHECK(Scan(*store) == "\\x00=first a=second a\\x00=third \\xff=last ");
}

TEST_CASE("a key or value over the limit is refused and nothing is written", "[memtable]") {
  TestStore store;
  CHECK(store->Put(std::string(65'536, 'k'), "fits"));
  WriteBatch batch;
  batch.Put("a", "1");
  batch.Put(std::string(65'537, 'k'), "too long");
  const Status refused = store->Write(batch);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == ErrorCode::kInvalidArgument);
  CHECK(store.Get("a") == std::nullopt);
}

TEST_CASE("a batch is seen as a whole, later entries over earlier ones", "[memtable]") {
  TestStore store;
  WriteBatch batch;
  batch.Put("a", "1");
  batch.Put("b", "2");
  batch.Delete("a");
  CHECK(store->Write(batch));
  CHECK(Scan(*store) == "b=2 ");
}

TEST_CASE("bounds and prefixes narrow a scan in both directions", "[memtable]") {
  TestStore store;
  for (const char* key : {"a", "ab", "abc", "b", "c"}) CHECK(store->Put(key, "1"));
  CHECK(Scan(*store, {.lower = "ab", .upper = "c"}) == "ab=1 abc=1 b=1 ");
  CHECK(Scan(*store, {.prefix = "ab"}) == "ab=1 abc=1 ");
  CHECK(testing::ScanBackwards(*store, {.lower = "ab", .upper = "c"}) == "b=1 abc=1 ab=1 ");
  CHECK(testing::ScanBackwards(*store, {}) == "c=1 b=1 abc=1 ab=1 a=1 ");
}

TEST_CASE("an iterator shows the store as it was when it was made", "[memtable]") {
  TestStore store;
  CHECK(store->Put("a", "1"));
  CHECK(store->Put("b", "1"));
  auto iterator = store->NewIterator({});
  REQUIRE(iterator);
  CHECK(store->Put("a", "2"));
  CHECK(store->Delete("b"));
  REQUIRE((*iterator)->SeekToFirst());
  CHECK((*iterator)->value() == "1");
  REQUIRE((*iterator)->Next());
  CHECK((*iterator)->key() == "b");
}

TEST_CASE("random operations agree with a map", "[memtable]") {
  TestStore store;
  std::map<std::string, std::string> model;
  Random random(301);
  for (int i = 0; i < 5'000; ++i) {
    const std::string key = "k" + std::to_string(random.Uniform(400));
    if (random.OneIn(4)) {
      REQUIRE(store->Delete(key));
      model.erase(key);
    } else {
      const std::string value = random.Bytes(random.Uniform(100));
      REQUIRE(store->Put(key, value));
      model[key] = value;
    }
    if (i % 500 == 0) CHECK(Scan(*store) == testing::Render(model));
  }
  CHECK(Scan(*store) == testing::Render(model));
  for (int i = 0; i < 400; ++i) {
    const std::string key = "k" + std::to_string(i);
    const auto expected = model.find(key);
    const auto found = store.Get(key);
    REQUIRE(found == (expected == model.end() ? std::nullopt : std::optional(expected->second)));
  }
}

}  // namespace
}  // namespace strata
