#include "strata/keys/indexed_table.h"

#include <catch2/catch.hpp>

#include "base/random.h"
#include "testing/results.h"
#include "testing/test_store.h"

namespace strata::keys {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::Outcome;
using testing::TestStore;

std::string Person(std::string_view city, int age) {
  return R"({"age": )" + std::to_string(age) + R"(, "address": {"city": ")" + std::string(city) +
         R"("}})";
}

struct World {
  explicit World(Options options = {}) : store(std::move(options)) {
    Must(store->CreateTable("people", {}));
    people = Must(IndexedTable::Open(*store, "people"));
  }
  // "ada ben": the keys, in the index's order; or the error.
  std::string Keys(Result<std::vector<IndexedRow>> rows) {
    if (!rows.has_value()) return Outcome(rows);
    std::string text;
    for (const IndexedRow& row : *rows) text += (text.empty() ? "" : " ") + row.key;
    return text;
  }
  std::string InCity(std::string_view city) {
    return Keys(people->Lookup("by_city", ElementOf(city)));
  }
  std::string Flaws(std::string_view index) {
    std::string text;
    for (const IndexFlaw& flaw : Must(people->Check(index, 100))) {
      text += flaw.kind == IndexFlaw::Kind::kMissing ? "missing " : "dangling ";
      text += TupleText(Must(Unpack(flaw.index_key))) + " of " + flaw.key + "; ";
    }
    return text;
  }

  TestStore store;
  std::unique_ptr<IndexedTable> people;
};

IndexDefinition ByCity() {
  return {.name = "by_city", .json_path = "address.city"};
}
IndexDefinition ByAge() {
  return {.name = "by_age", .json_path = "age"};
}

TEST_CASE("an index leads from what values hold to their keys", "[structured-keys]") {
  World world;
  REQUIRE(world.people->CreateIndex(ByCity()));
  REQUIRE(world.people->CreateIndex(ByAge()));
  REQUIRE(world.people->Put("ada", Person("London", 36)));
  REQUIRE(world.people->Put("ben", Person("Paris", 4)));
  REQUIRE(world.people->Put("cy", Person("London", 100)));
  REQUIRE(world.people->Put("odd", "no JSON at all"));
  CHECK(world.InCity("London") == "ada cy");
  CHECK(world.InCity("Paris") == "ben");
  CHECK(world.InCity("Lon") == "");
  CHECK(world.Keys(world.people->Range("by_age", {})) == "ben ada cy");
  CHECK(world.Keys(world.people->Range("by_age", {.from = ElementOf(5), .to = ElementOf(100)})) ==
        "ada");
  CHECK(world.Keys(world.people->Range("by_age", {.limit = 2})) == "ben ada");
  CHECK(Must(world.people->Lookup("by_city", ElementOf("Paris")))[0].value == Person("Paris", 4));
  CHECK(world.Keys(world.people->Lookup("nope", ElementOf(1))) ==
        "not found: table people has no index nope");
}

TEST_CASE("a number in JSON is found in each of its spellings, and only by itself",
          "[structured-keys]") {
  World world;
  REQUIRE(world.people->CreateIndex(ByAge()));
  REQUIRE(world.people->CreateIndex({.name = "by_element", .tuple_element = 0}));
  for (const auto& [key, age] :
       std::vector<std::pair<std::string, std::string>>{{"one", "1.0"},
                                                        {"hundred", "1e2"},
                                                        {"half", "0.5"},
                                                        {"big", "1e25"},
                                                        {"past", "18446744073709551616"},
                                                        {"next", "18446744073709551617"}}) {
    REQUIRE(world.people->Put(key, R"({"age": )" + age + "}"));
  }
  const auto find = [&world](const Element& age) {
    return world.Keys(world.people->Lookup("by_age", age));
  };
  CHECK(find(ElementOf(1)) == "one");
  CHECK(find({1.0}) == "one");
  CHECK(find({1.0F}) == "one");
  CHECK(find({1e2}) == "hundred");
  CHECK(find({0.5F}) == "half");
  CHECK(find({1e25}) == "big");
  CHECK(find(Must(ParseElement("10000000000000000000000000"))) == "big");
  CHECK(find(Must(ParseElement("18446744073709551616"))) == "past");
  CHECK(find(Must(ParseElement("18446744073709551617"))) == "next");
  CHECK(find(Must(ParseElement("18446744073709551618"))) == "");
  CHECK(world.Keys(world.people->Range("by_age", {.from = Element{1.0}, .to = Element{100.0}})) ==
        "one");

  // An element of a tuple has a type.
  REQUIRE(world.people->Put("typed", Pack(TupleOf(1.0))));
  CHECK(world.Keys(world.people->Lookup("by_element", {1.0})) == "typed");
  CHECK(world.Keys(world.people->Lookup("by_element", ElementOf(1))) == "");
}

TEST_CASE("an index follows its rows as they change and go",
          "[structured-keys][structured-keys.3]") {
  World world;
  REQUIRE(world.people->CreateIndex(ByCity()));
  REQUIRE(world.people->Put("ada", Person("London", 1)));
  CHECK(world.people->counters().rows_put == 1);
  REQUIRE(world.people->Put("ada", Person("London", 2)));  // Nothing of the index changes.
  CHECK(world.people->counters().rows_put == 1);
  CHECK(world.people->counters().rows_removed == 0);
  REQUIRE(world.people->Put("ada", Person("Paris", 2)));
  CHECK(world.InCity("London") == "");
  CHECK(world.InCity("Paris") == "ada");
  CHECK(world.people->counters().rows_put == 2);
  CHECK(world.people->counters().rows_removed == 1);
  REQUIRE(world.people->Delete("ada"));
  CHECK(world.InCity("Paris") == "");
  REQUIRE(world.people->Delete("ada"));
  CHECK(world.people->counters().rows_removed == 2);
  CHECK(world.Flaws("by_city") == "");
}

TEST_CASE("a row of an index that stays keeps no other from being put or removed",
          "[structured-keys][structured-keys.3]") {
  World world;
  REQUIRE(world.people->CreateIndex({.name = "by_tag", .json_path = "tags"}));
  REQUIRE(world.people->Put("ada", R"({"tags": ["b", "c"]})"));
  REQUIRE(world.people->Put("ada", R"({"tags": ["a", "b", "d"]})"));
  CHECK(world.Keys(world.people->Range("by_tag", {})) == "ada ada ada");
  CHECK(world.Flaws("by_tag") == "");
}

TEST_CASE("a unique index lets one key have a value, whoever writes", "[structured-keys]") {
  World world;
  IndexDefinition definition = ByCity();
  definition.unique = true;
  REQUIRE(world.people->CreateIndex(definition));
  REQUIRE(world.people->Put("ada", Person("London", 1)));
  CHECK(Outcome(world.people->Put("ben", Person("London", 2))) ==
        "condition failed: key ben: a unique index has what it holds for key ada");
  REQUIRE(world.people->Put("ada", Person("London", 3)));
  REQUIRE(world.people->Put("ada", Person("Paris", 3)));
  REQUIRE(world.people->Put("ben", Person("London", 2)));
  CHECK(world.InCity("London") == "ben");
  CHECK(world.InCity("Paris") == "ada");
}

TEST_CASE("an index of a tuple's element, and one with many things in a row", "[structured-keys]") {
  World world;
  REQUIRE(world.people->CreateIndex({.name = "by_age", .tuple_element = 1}));
  REQUIRE(world.people->CreateIndex({.name = "by_tag", .json_path = "tags"}));
  REQUIRE(world.people->Put("ada", Pack(TupleOf("Ada", 36))));
  REQUIRE(world.people->Put("ben", Pack(TupleOf("Ben", -4))));
  REQUIRE(world.people->Put("cy", Pack(TupleOf("Cy"))));
  REQUIRE(world.people->Put("dee", R"({"tags": ["x", "y", "x"]})"));
  CHECK(world.Keys(world.people->Range("by_age", {})) == "ben ada");
  CHECK(world.Keys(world.people->Lookup("by_tag", ElementOf("x"))) == "dee");
  CHECK(world.Keys(world.people->Range("by_tag", {})) == "dee dee");
  REQUIRE(world.people->Put("dee", R"({"tags": ["y"]})"));
  CHECK(world.Keys(world.people->Range("by_tag", {})) == "dee");
  CHECK(world.Flaws("by_tag") + world.Flaws("by_age") == "");
}

TEST_CASE("a table that has rows gets an index of them", "[structured-keys]") {
  World world;
  for (int i = 0; i < 200; ++i) {
    REQUIRE(world.people->Put("p" + std::to_string(i), Person(i % 2 == 0 ? "London" : "Rome", i)));
  }
  REQUIRE(world.people->CreateIndex(ByCity()));
  CHECK(Must(world.people->Lookup("by_city", ElementOf("Rome"))).size() == 100);
  CHECK(world.Flaws("by_city") == "");
  CHECK(CodeOf(world.people->CreateIndex(ByCity())) == "invalid argument");

  IndexDefinition unique = ByCity();
  unique.name = "one_each";
  unique.unique = true;
  CHECK(CodeOf(world.people->CreateIndex(unique)) == "condition failed");
  CHECK(Must(world.people->Indexes()).size() == 1);
  CHECK(CodeOf(world.people->CreateIndex({.name = "both", .tuple_element = 1, .json_path = "x"})) ==
        "invalid argument");
  CHECK(CodeOf(world.people->CreateIndex({.name = "none"})) == "invalid argument");
}

TEST_CASE("declarations outlive the store's closing, and hold for all who have it open",
          "[structured-keys]") {
  World world;
  auto other = Must(IndexedTable::Open(*world.store, "people"));  // Knows of no index yet.
  REQUIRE(world.people->CreateIndex(ByCity()));
  REQUIRE(world.people->RequireJson(true));
  REQUIRE(other->Put("ada", Person("London", 1)));
  CHECK(other->counters().retries == 1);
  CHECK(world.InCity("London") == "ada");
  CHECK(CodeOf(other->Put("bad", "{")) == "invalid argument");
  CHECK(Must(IndexedTable::IsDeclared(*world.store, "people")));
  CHECK_FALSE(Must(IndexedTable::IsDeclared(*world.store, "default")));

  other.reset();
  world.people.reset();
  world.store.Reopen();
  world.people = Must(IndexedTable::Open(*world.store, "people"));
  CHECK(world.InCity("London") == "ada");
  CHECK(Must(world.people->RequiresJson()));
  const auto indexes = Must(world.people->Indexes());
  REQUIRE(indexes.size() == 1);
  CHECK(indexes[0].definition == ByCity());
  CHECK(indexes[0].ready);

  REQUIRE(world.people->RequireJson(false));
  REQUIRE(world.people->Put("bad", "{"));
  REQUIRE(world.people->DropIndex("by_city"));
  CHECK(Must(world.people->Indexes()).empty());
  CHECK(CodeOf(world.store->FindTable(indexes[0].rows_name)) == "not found");
  REQUIRE(world.people->CreateIndex(ByCity()));  // The name is free again.
  CHECK(world.InCity("London") == "ada");
}

TEST_CASE("values of a table that asks for JSON are checked, line and column told",
          "[structured-keys]") {
  World world;
  REQUIRE(world.people->RequireJson(true));
  CHECK(Outcome(world.people->Put("ada", "{\"a\":\n  1,}"))
            .rfind("invalid argument: key ada: no JSON: line 2, column 5: ", 0) == 0);
  CHECK(world.people->Put("ada", "{\"a\": 1}").has_value());
}

TEST_CASE("a check names the rows that an index has too many or too few", "[structured-keys]") {
  World world;
  REQUIRE(world.people->CreateIndex(ByCity()));
  REQUIRE(world.people->Put("ada", Person("London", 1)));
  REQUIRE(world.people->Put("ben", Person("Paris", 1)));
  CHECK(world.Flaws("by_city") == "");
  const TableRef table = Must(world.store->FindTable("people"));
  WriteOptions past_the_index;
  past_the_index.table = table;
  REQUIRE(world.store->Put("ada", Person("Rome", 1), past_the_index));
  REQUIRE(world.store->Delete("ben", past_the_index));
  CHECK(world.Flaws("by_city") ==
        R"(missing ("Rome", b"ada") of ada; dangling ("London", b"ada") of ada; )"
        R"(dangling ("Paris", b"ben") of ben; )");
  CHECK(world.InCity("Paris").rfind("corruption: index by_city leads to key ben", 0) == 0);
}

TEST_CASE("random writes leave an index that a scan would give", "[structured-keys]") {
  World world;
  Random random(7);
  REQUIRE(world.people->CreateIndex(ByAge()));
  std::map<std::string, int> model;
  for (int i = 0; i < 600; ++i) {
    const std::string key = "p" + std::to_string(random.Uniform(40));
    if (random.OneIn(4)) {
      REQUIRE(world.people->Delete(key));
      model.erase(key);
    } else {
      model[key] = static_cast<int>(random.Uniform(20));
      REQUIRE(world.people->Put(key, Person("Rome", model[key])));
    }
    if (i == 300) REQUIRE(world.people->CreateIndex(ByCity()));
  }
  std::multimap<int, std::string> expected;
  for (const auto& [key, age] : model) expected.emplace(age, key);
  std::string keys;
  for (const auto& [age, key] : expected) keys += (keys.empty() ? "" : " ") + key;
  CHECK(world.Keys(world.people->Range("by_age", {})) == keys);
  CHECK(world.Flaws("by_age") + world.Flaws("by_city") == "");
}

}  // namespace
}  // namespace strata::keys
