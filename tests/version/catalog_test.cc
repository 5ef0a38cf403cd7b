// The catalog: what an edit makes of a store, with no file anywhere.

#include "version/catalog.h"

#include <catch2/catch.hpp>

#include <memory>
#include <utility>

#include "testing/edits.h"
#include "testing/results.h"

namespace strata {
namespace {

using testing::SomeTable;

// Has `edit` add a table of a run of its own, and the catalog take it.
Result<Catalog::Change> Prepared(const Catalog& catalog, VersionEdit edit,
                                 const std::vector<TableMeta>& added) {
  Catalog::Opened opened;
  for (const TableMeta& meta : added) {
    edit.added.push_back(meta);
    opened.push_back(std::make_shared<const Table>(meta, nullptr));
  }
  return catalog.Prepare(std::move(edit), std::move(opened));
}

TableMeta PlainTable(FileNumber number) {
  TableMeta meta = SomeTable(number, {0, number}, "a", "z");
  meta.blobs.clear();
  meta.named_table = 0;
  return meta;
}

TEST_CASE("a change is nothing before it is installed", "[manifest]") {
  Catalog catalog;
  auto change = Prepared(catalog, {}, {PlainTable(5)});
  REQUIRE(change);
  CHECK(catalog.current()->table_count() == 0);
  CHECK(catalog.FindTable(5) == nullptr);
  const auto before = catalog.current();
  catalog.Install(*std::move(change));
  CHECK(catalog.FindTable(5) != nullptr);
  CHECK(before->table_count() == 0);  // Who has a version keeps it.
}

TEST_CASE("an edit that doesn't fit changes nothing", "[manifest]") {
  Catalog catalog;
  auto change = Prepared(catalog, {}, {PlainTable(5)});
  REQUIRE(change);
  catalog.Install(*std::move(change));
  VersionEdit removes_unknown;
  removes_unknown.removed = {6};
  CHECK(Prepared(catalog, removes_unknown, {}).error().code() == ErrorCode::kCorruption);
  CHECK_FALSE(Prepared(catalog, {}, {PlainTable(5)}));  // It is there already.
  VersionEdit seals;
  seals.sealed_logs = {{3, 100}};
  auto sealed = Prepared(catalog, seals, {});
  REQUIRE(sealed);
  catalog.Install(*std::move(sealed));
  seals.sealed_logs = {{3, 101}};
  CHECK_FALSE(Prepared(catalog, seals, {}));
  CHECK(catalog.current()->table_count() == 1);
  CHECK(catalog.state().sealed_logs.at(3) == 100);
}

TEST_CASE("the state of a catalog makes the same catalog again", "[manifest]") {
  Catalog catalog;
  VersionEdit edit;
  edit.oldest_log = 7;
  edit.begun_logs = {{8, 1'000}};
  auto change = Prepared(catalog, edit, {PlainTable(5), PlainTable(6)});
  REQUIRE(change);
  catalog.Install(*std::move(change));
  const ManifestState state = catalog.State(9, 20);
  CHECK(state.tables.size() == 2);
  CHECK(state.next_file == 9);
  CHECK(state.last_sequence == 20);
  Catalog again(state);
  CHECK(again.current()->table_count() == 0);  // Tables come by a change: they are opened first.
  CHECK(again.state().oldest_log == 7);
  CHECK(again.state().begun_logs.at(8) == 1'000);
}

TEST_CASE("an edit makes new versions of those tables only that it is about", "[tables]") {
  Catalog catalog;
  VersionEdit creates;
  creates.created = {{.id = 1, .name = "one", .options = {}},
                     {.id = 2, .name = "two", .options = {}}};
  auto created = Prepared(catalog, creates, {});
  REQUIRE(created);
  catalog.Install(*std::move(created));
  const auto before = catalog.versions();
  TableMeta of_two = PlainTable(5);
  of_two.named_table = 2;
  auto change = Prepared(catalog, {}, {of_two});
  REQUIRE(change);
  CHECK(change->versions.size() == 1);
  catalog.Install(*std::move(change));
  CHECK(catalog.current(0) == before.at(0));
  CHECK(catalog.current(1) == before.at(1));
  CHECK(catalog.current(2)->table_count() == 1);
}

TEST_CASE("a table that was dropped is gone, and its name is free again", "[tables]") {
  Catalog catalog;
  VersionEdit edit;
  edit.created = {{.id = 1, .name = "one", .options = {}}};
  auto change = Prepared(catalog, edit, {});
  REQUIRE(change);
  catalog.Install(*std::move(change));
  edit.created.front().id = 2;
  CHECK_FALSE(Prepared(catalog, edit, {}));  // The name is taken.
  edit.dropped = {1};
  change = Prepared(catalog, edit, {});
  REQUIRE(change);
  catalog.Install(*std::move(change));
  CHECK(catalog.current(1) == nullptr);
  CHECK(catalog.current(2) != nullptr);
  TableMeta of_one = PlainTable(5);
  of_one.named_table = 1;
  CHECK_FALSE(Prepared(catalog, {}, {of_one}));
}

}  // namespace
}  // namespace strata
