#include "keys/index_rows.h"

#include <catch2/catch.hpp>

#include "testing/hex.h"
#include "testing/results.h"
#include "testing/test_store.h"

namespace strata::keys {
namespace {

using testing::CodeOf;
using testing::Hex;
using testing::Must;
using testing::TestStore;

TEST_CASE("index rows and declarations have these bytes", "[structured-keys]") {
  IndexDefinition definition{.name = "by_city", .json_path = "city"};
  const IndexRows rows = Must(IndexRowsOf(definition, "ada", R"({"city": "Rome"})"));
  REQUIRE(rows.size() == 1);
  CHECK(Hex(rows.begin()->first) == "02 52 6f 6d 65 00 01 61 64 61 00");  // ("Rome", b"ada")
  CHECK(rows.begin()->second.empty());
  definition.unique = true;
  const IndexRows unique = Must(IndexRowsOf(definition, "ada", R"({"city": "Rome"})"));
  CHECK(Hex(unique.begin()->first) == "02 52 6f 6d 65 00");
  CHECK(unique.begin()->second == "ada");

  TestStore store;
  Must(store->CreateTable("t", {}));
  REQUIRE(Must(IndexedTable::Open(*store, "t"))->CreateIndex(definition));
  REQUIRE(Must(IndexedTable::Open(*store, "t"))->RequireJson(true));
  ReadOptions catalog;
  catalog.table = Must(store->FindTable("strata.indexes"));
  const auto cursor = Must(store->NewIterator(catalog));
  std::string seen;
  for (Status moved = cursor->SeekToFirst(); moved && cursor->Valid(); moved = cursor->Next()) {
    seen += Hex(cursor->key()) + " -> " + Hex(cursor->value()) + "\n";
  }
  CHECK(seen ==
        "02 74 00 14 -> 15 03\n"                             // ("t", 0) -> (3)
        "02 74 00 15 01 02 62 79 5f 63 69 74 79 00 -> "      // ("t", 1, "by_city") ->
        "27 00 02 63 69 74 79 00 27 02 74 2e 69 6e 64 65\n"  // (true, null, "city", true,
        "78 2e 62 79 5f 63 69 74 79 2e 31 00\n"              // "t.index.by_city.1")
        "02 74 00 15 02 -> \n");                             // ("t", 2) -> ()
}

TEST_CASE("an index row leads back to its row, and damage is noticed", "[structured-keys]") {
  const IndexDefinition plain{.name = "i", .json_path = "x"};
  const IndexRows rows = Must(IndexRowsOf(plain, std::string("k\0", 2), R"({"x": [1, "a"]})"));
  REQUIRE(rows.size() == 2);
  for (const auto& [key, value] : rows) {
    CHECK(Must(RowKeyOf(plain, key, value)) == std::string("k\0", 2));
  }
  CHECK(CodeOf(RowKeyOf(plain, Pack(TupleOf(1)), "")) == "corruption");
  CHECK(CodeOf(RowKeyOf(plain, Pack(TupleOf(1, 2)), "")) == "corruption");
  CHECK(CodeOf(RowKeyOf(plain, "\x99", "")) == "corruption");
}

TEST_CASE("what would make too long a key for an index is refused", "[structured-keys]") {
  const IndexDefinition definition{.name = "i", .json_path = "x"};
  const std::string value = R"({"x": ")" + std::string(70'000, 'v') + "\"}";
  CHECK(CodeOf(IndexRowsOf(definition, "key", value)) == "invalid argument");
}

}  // namespace
}  // namespace strata::keys
