// Named tables in the manifest: their bytes, what damage does, and the rules of coming and going.

#include "version/named_table.h"

#include <catch2/catch.hpp>

#include <string>

#include "version/manifest.h"

namespace strata {
namespace {

using namespace std::string_literals;

const NamedTable kFull{.id = 300,
                       .name = "logs",
                       .options = {.compaction = CompactionStyle::kTimeWindow,
                                   .compression = Compression::kZstd,
                                   .ttl_us = 1000,
                                   .delete_deadline_us = 2000,
                                   .empty_value_deletes = true}};

TEST_CASE("a named table has the bytes that the format says", "[tables]") {
  CHECK(EncodeNamedTable({.id = 1, .name = "t", .options = {}}) == "\x01\x01t"s);
  CHECK(EncodeNamedTable(kFull) ==
        "\xac\x02\x04logs\x02\x01\x03\x03\x00\x04\x01\x03\x05\x02\xe8\x07\x07\x02\xd0\x0f"s);
  CHECK(DecodeNamedTable(EncodeNamedTable(kFull)).value() == kFull);
}

TEST_CASE("a table's blob threshold is an option that older programs skip", "[value-separation]") {
  NamedTable table{.id = 1, .name = "t", .options = {.blob_threshold = 300}};
  CHECK(EncodeNamedTable(table) == "\x01\x01t\x08\x02\xac\x02"s);
  CHECK(DecodeNamedTable(EncodeNamedTable(table)).value() == table);
  CHECK(DescribeTableOptions(table.options) == "blob threshold 300");
  table.options.blob_threshold = 0;  // Not the same as none: it overrides the store's.
  CHECK(EncodeNamedTable(table) == "\x01\x01t\x08\x01\x00"s);
  CHECK(DecodeNamedTable(EncodeNamedTable(table)).value() == table);
  CHECK_FALSE(DecodeNamedTable("\x01\x01t\x08\x01\x80"s));
}

TEST_CASE("an edit with named tables and expiries comes back as it was", "[expiry]") {
  VersionEdit edit;
  edit.created = {kFull};
  edit.dropped = {7, 9};
  edit.next_named_table = 301;
  TableMeta& table = edit.added.emplace_back();
  table.number = 5;
  table.smallest = MakeInternalKey("a", 3, EntryKind::kExpiringValue);
  table.largest = MakeInternalKey("z", 2, EntryKind::kDelete);
  table.sequence_min = 2;
  table.sequence_max = 3;
  table.entries = 2;
  table.deletes = 1;
  table.named_table = 300;
  table.expiring = 1;
  table.expiry_min_us = 10;
  table.expiry_max_us = 20;
  table.delete_since_us = 30;
  const std::string bytes = EncodeEdit(edit);
  CHECK(DecodeEdit(bytes).value() == edit);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    const auto decoded = DecodeEdit(bytes.substr(0, cut));
    CHECK((!decoded || *decoded != edit));
  }
  edit.added[0].expiring = 3;  // More than there are entries.
  CHECK_FALSE(DecodeEdit(EncodeEdit(edit)));
}

TEST_CASE("a named table that is damaged is refused, one with a newer option by name", "[tables]") {
  const std::string bytes = EncodeNamedTable(kFull);
  for (std::size_t cut = 0; cut < 6; ++cut) CHECK_FALSE(DecodeNamedTable(bytes.substr(0, cut)));
  CHECK_FALSE(DecodeNamedTable("\x00\x01t"s));
  CHECK_FALSE(DecodeNamedTable("\x01\x01/"s));
  CHECK(DecodeNamedTable("\x01\x01t\x02\x01\x63"s).error().message() == "an option that can't be");
  CHECK(DecodeNamedTable("\x01\x01t\x0a\x01\x01"s).has_value());  // Not critical: skipped.
  const auto newer = DecodeNamedTable("\x01\x01t\x0f\x01\x01"s);
  CHECK(newer.error().code() == ErrorCode::kUnsupported);
}

NamedTable Replicated() {
  NamedTable table{.id = 1, .name = "t", .options = {}};
  table.options.replicated = true;
  return table;
}

TEST_CASE("a replicated table has its entry in its bytes, and older programs refuse it",
          "[learned-index]") {
  NamedTable table = Replicated();
  table.applied = {.index = 300, .now_us = 5};
  const std::string bytes = EncodeNamedTable(table);
  CHECK(bytes == "\x01\x01t\x09\x00\x0b\x03\xac\x02\x05"s);
  CHECK(DecodeNamedTable(bytes).value() == table);
  CHECK(DescribeTableOptions(table.options) == "replicated");
  CHECK_FALSE(DecodeNamedTable("\x01\x01t\x0b\x02\xac\x02"s));
  CHECK_FALSE(DecodeNamedTable(bytes + "\x0b\x03\x01\x02\x03"s));
}

TEST_CASE("a manifest knows how far replicated tables are, and never takes them back",
          "[learned-index]") {
  ManifestState state;
  VersionEdit create;
  create.created = {Replicated(), {.id = 2, .name = "plain", .options = {}}};
  REQUIRE(state.Apply(create));
  VersionEdit edit;
  edit.applied = {{.table = 1, .at = {.index = 7, .now_us = 9}}};
  CHECK(DecodeEdit(EncodeEdit(edit)).value() == edit);
  CHECK(DescribeEdit(edit) == "table 1 is as of entry 7, clock 9 us\n");
  REQUIRE(state.Apply(edit));
  CHECK(state.named.at(1).applied == Applied{7, 9});
  ManifestState again;
  for (const VersionEdit& part : state.Snapshot()) REQUIRE(again.Apply(part));
  CHECK(again.named == state.named);
  edit.applied[0].at.index = 6;
  CHECK_FALSE(ManifestState(state).Apply(edit));
  edit.applied = {{.table = 2, .at = {.index = 7, .now_us = 9}}};
  CHECK_FALSE(ManifestState(state).Apply(edit));
  edit.applied = {{.table = 3, .at = {.index = 7, .now_us = 9}}};
  CHECK_FALSE(ManifestState(state).Apply(edit));
  edit.applied = {{.table = 1, .at = {.index = 8, .now_us = 9}}};
  edit.dropped = {1};
  CHECK_FALSE(ManifestState(state).Apply(edit));
}

TEST_CASE("ids of named tables aren't given out again, and tables go with their name", "[tables]") {
  ManifestState state;
  VersionEdit create;
  create.created = {{.id = 1, .name = "t", .options = {}}};
  REQUIRE(state.Apply(create));
  CHECK(state.next_named_table == 2);
  CHECK_FALSE(ManifestState(state).Apply(create));
  VersionEdit same_name;
  same_name.created = {{.id = 2, .name = "t", .options = {}}};
  CHECK_FALSE(ManifestState(state).Apply(same_name));
  VersionEdit add;
  add.added.emplace_back().number = 9;
  add.added[0].named_table = 1;
  REQUIRE(state.Apply(add));
  VersionEdit drop;
  drop.dropped = {1};
  REQUIRE(state.Apply(drop));
  CHECK(state.tables.empty());
  CHECK_FALSE(ManifestState(state).Apply(drop));
  CHECK_FALSE(ManifestState(state).Apply(add));
  ManifestState again;
  for (const VersionEdit& edit : state.Snapshot()) REQUIRE(again.Apply(edit));
  CHECK(again.next_named_table == 2);
}

TEST_CASE("names of tables are checked, and the error says what is wrong", "[tables]") {
  CHECK(CheckTableName("users"));
  CHECK(CheckTableName("Logs_2026-11.raw"));
  CHECK(CheckTableName(std::string(128, 'x')));
  CHECK_FALSE(CheckTableName(std::string(129, 'x')));
  CHECK_FALSE(CheckTableName(""));
  CHECK_FALSE(CheckTableName(".hidden"));
  CHECK_FALSE(CheckTableName("-flag"));
  CHECK(CheckTableName("a\nb").error().message() ==
        "table name \"a\\nb\": '\\n' isn't allowed; letters, digits, '_', '-' and '.' are");
}

}  // namespace
}  // namespace strata
