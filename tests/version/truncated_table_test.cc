// The edit that says that a table was truncated: its bytes, and what it makes of a manifest.

#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "testing/edits.h"
#include "testing/hex.h"
#include "testing/results.h"
#include "version/catalog.h"
#include "version/manifest.h"
#include "version/manifest_format.h"

namespace strata {
namespace {

using testing::Hex;
using testing::Must;
using testing::Outcome;
using testing::SomeTable;

VersionEdit Truncates(std::uint32_t table, SequenceNumber sequence) {
  VersionEdit edit;
  edit.truncated = {{.table = table, .sequence = sequence}};
  return edit;
}

TableMeta TableOf(std::uint32_t named_table, FileNumber number) {
  TableMeta meta = SomeTable(number, {0, number}, "a", "z");
  meta.named_table = named_table;
  return meta;
}

TEST_CASE("an edit that truncates tables has these bytes, and reads as text", "[redis-protocol]") {
  VersionEdit edit = Truncates(0, 7);
  edit.truncated.push_back({.table = 300, .sequence = 900});
  const std::string bytes = EncodeEdit(edit);
  CHECK(Hex(bytes) == "19 02 00 07 19 04 ac 02 84 07");
  CHECK(Must(DecodeEdit(bytes)) == edit);
  CHECK(DescribeEdit(edit) ==
        "truncate table 0: what was written up to 7 is gone\n"
        "truncate table 300: what was written up to 900 is gone\n");
}

TEST_CASE("a truncation that is cut, too long or of a table that can't be is refused",
          "[redis-protocol]") {
  std::string too_large;
  AppendVarint64(&too_large, kSequenceMax + 1);
  for (const std::string& contents :
       {std::string(), std::string("\x01"), std::string("\x01\x84"), std::string("\x01\x07\x00", 3),
        too_large + "\x07", "\x01" + too_large}) {
    std::string bytes;
    AppendField(&bytes, 25, contents);
    CAPTURE(Hex(bytes));
    CHECK(testing::CodeOf(DecodeEdit(bytes)) == "corruption");
  }
}

TEST_CASE("a manifest takes a truncated table's files away, and keeps the sequence",
          "[redis-protocol]") {
  ManifestState state;
  VersionEdit create;
  create.created = {{.id = 1, .name = "one", .options = {}},
                    {.id = 2, .name = "two", .options = {}}};
  for (std::uint32_t id = 0; id < 3; ++id) create.added.push_back(TableOf(id, 10 + id));
  REQUIRE(state.Apply(create));
  REQUIRE(state.Apply(Truncates(1, 20)));
  CHECK(state.tables.size() == 2);
  CHECK_FALSE(state.tables.contains(11));
  CHECK(state.names.contains("one"));
  REQUIRE(state.Apply(Truncates(0, 21)));
  CHECK(state.tables.size() == 1);
  CHECK(state.tables.contains(12));
  ManifestState again;
  for (const VersionEdit& part : state.Snapshot()) REQUIRE(again.Apply(part));
  CHECK(again.truncated == std::map<std::uint32_t, SequenceNumber>{{0, 21}, {1, 20}});
  CHECK(again.tables == state.tables);
  VersionEdit drop;
  drop.dropped = {1};
  REQUIRE(again.Apply(drop));
  CHECK(again.truncated.size() == 1);  // A table that isn't there needs none.
}

TEST_CASE("a truncation that can't follow what is there is refused", "[redis-protocol]") {
  ManifestState state;
  CHECK(Outcome(ManifestState(state).Apply(Truncates(1, 5))) ==
        "corruption: it truncates table 1, which isn't there");
  VersionEdit create;
  create.created = {{.id = 1, .name = "one", .options = {}}};
  REQUIRE(state.Apply(create));
  VersionEdit both = Truncates(1, 5);
  both.dropped = {1};
  CHECK_FALSE(ManifestState(state).Apply(both));
  REQUIRE(state.Apply(Truncates(1, 5)));
  CHECK(Outcome(ManifestState(state).Apply(Truncates(1, 5))) ==
        "corruption: it truncates table 1 at 5, and it was truncated at 5 before");
  REQUIRE(state.Apply(Truncates(1, 6)));
}

TEST_CASE("a catalog has an empty version of a table that is truncated, and others as they were",
          "[redis-protocol]") {
  Catalog catalog;
  VersionEdit edit;
  edit.created = {{.id = 1, .name = "one", .options = {}}};
  Catalog::Opened opened;
  for (std::uint32_t id = 0; id < 2; ++id) {
    edit.added.push_back(TableOf(id, 10 + id));
    opened.push_back(std::make_shared<const Table>(edit.added.back(), nullptr));
  }
  auto change = catalog.Prepare(edit, opened);
  REQUIRE(change);
  catalog.Install(*std::move(change));
  const std::uint32_t truncated = GENERATE(0u, 1u);
  const std::uint32_t other = 1 - truncated;
  const auto before = catalog.versions();
  change = catalog.Prepare(Truncates(truncated, 20), {});
  REQUIRE(change);
  catalog.Install(*std::move(change));
  CHECK(catalog.current(truncated)->table_count() == 0);
  CHECK(catalog.FindTable(10 + truncated) == nullptr);
  CHECK(catalog.current(other) == before.at(other));
  CHECK(catalog.FindTable(10 + other) != nullptr);
  CHECK(before.at(truncated)->table_count() == 1);  // Who has a version keeps it.
  CHECK(catalog.State(20, 20).truncated.at(truncated) == 20);
  CHECK_FALSE(catalog.Prepare(Truncates(truncated, 19), {}));
}

}  // namespace
}  // namespace strata
