// The writes of a transaction alone: what is written of them, and how they are taken back.

#include "txn/write_set.h"

#include <catch2/catch.hpp>

#include <string>

#include "txn/batch_text.h"

namespace strata {
namespace {

std::string TextOf(const WriteSet& writes) {
  WriteBatch batch;
  writes.AddTo(&batch, kDefaultTable);
  return BatchText(batch);
}

TEST_CASE("the last word on a key is written, in the order of keys", "[transactions]") {
  WriteSet writes;
  CHECK(writes.empty());
  writes.Set("b", {"1"});
  writes.Set("c", {"2"});
  writes.Set("a", {std::nullopt});
  writes.Set("b", {"3"});
  writes.Set("c", {std::nullopt});
  CHECK(TextOf(writes) == "a=deleted b=3 c=deleted");
  CHECK(*writes.Find("b")->value == "3");
  CHECK_FALSE(writes.Find("c")->value);
  CHECK(writes.Find("d") == nullptr);
  writes.Clear();
  CHECK(writes.empty());
  CHECK(TextOf(writes).empty());
}

TEST_CASE("going back undoes what came after the last savepoint, and only that", "[transactions]") {
  WriteSet writes;
  writes.Set("a", {"1"});
  writes.Set("b", {"1"});
  writes.SetSavepoint();
  writes.Set("a", {"2"});
  writes.Set("a", {"3"});
  writes.Set("b", {std::nullopt});
  writes.Set("c", {"2"});
  REQUIRE(writes.RollbackToSavepoint());
  CHECK(TextOf(writes) == "a=1 b=1");
  writes.Set("c", {"3"});
  CHECK_FALSE(writes.RollbackToSavepoint());  // The savepoint is gone.
  CHECK(TextOf(writes) == "a=1 b=1 c=3");
}

TEST_CASE("savepoints nest, and one that is popped leaves its writes to the one before",
          "[transactions]") {
  WriteSet writes;
  CHECK_FALSE(writes.PopSavepoint());
  writes.SetSavepoint();
  writes.Set("a", {"1"});
  writes.SetSavepoint();
  writes.Set("b", {"2"});
  writes.SetSavepoint();
  writes.Set("a", {"3"});
  REQUIRE(writes.PopSavepoint());
  CHECK(TextOf(writes) == "a=3 b=2");
  REQUIRE(writes.RollbackToSavepoint());
  CHECK(TextOf(writes) == "a=1");
  REQUIRE(writes.RollbackToSavepoint());
  CHECK(writes.empty());
  CHECK_FALSE(writes.PopSavepoint());
}

TEST_CASE("what was written before the first savepoint can't be undone", "[transactions]") {
  WriteSet writes;
  writes.SetSavepoint();
  writes.Set("a", {"1"});
  REQUIRE(writes.PopSavepoint());
  writes.SetSavepoint();
  REQUIRE(writes.RollbackToSavepoint());
  CHECK(TextOf(writes) == "a=1");
  writes.SetSavepoint();
  writes.Clear();
  CHECK_FALSE(writes.RollbackToSavepoint());
}

TEST_CASE("writes go to their table, with their expiry", "[expiry]") {
  WriteSet writes;
  writes.Set("a", {"1", 77});
  writes.Set("b", {std::nullopt});
  WriteBatch batch;
  writes.AddTo(&batch, {7});
  CHECK(BatchText(batch) == "7:a=1 until 77 7:b=deleted");
}
}  // namespace
}  // namespace strata
