#include "state/table_files.h"

#include <catch2/catch.hpp>

#include <functional>
#include <set>

#include "testing/parts_world.h"
#include "testing/results.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::Outcome;
using testing::PartsWorld;

// A table of one entry, which no edit names.
std::shared_ptr<const Table> WriteTable(PartsWorld& world) {
  TableFiles& files = world->files;
  compaction::TableWriter writer(files.store(), files.WriterOptionsFor(*world->tree(), {0, 1}));
  STRATA_CHECK(writer.Add(MakeInternalKey("k", 1, EntryKind::kValue), "v").has_value());
  return Must(writer.Finish()).at(0);
}

TEST_CASE("a table opens only as the one that is meant", "[background-work]") {
  PartsWorld world;
  const auto table = WriteTable(world);
  CHECK(CodeOf(world->files.Open(table->meta())) == "ok");

  const auto changed = [&](const std::function<void(TableMeta*)>& change) {
    TableMeta meta = table->meta();
    change(&meta);
    return CodeOf(world->files.Open(meta));
  };
  CHECK(changed([](TableMeta* meta) { ++meta->size_bytes; }) == "corruption");
  CHECK(changed([](TableMeta* meta) { ++meta->file_id[0]; }) == "corruption");
  CHECK(changed([](TableMeta* meta) { ++meta->footer_checksum; }) == "corruption");
  CHECK(changed([](TableMeta* meta) { ++meta->number; }) == "not found");
}

TEST_CASE("no number and no id of a file is given twice", "[background-work]") {
  PartsWorld world;
  std::set<FileNumber> numbers;
  std::set<FileId> ids;
  for (int i = 0; i < 10; ++i) {
    numbers.insert(world->files.store().NewNumber());
    ids.insert(world->files.store().NewId());
  }
  world.Kill();
  REQUIRE(Outcome(world.Open()) == "ok");
  for (int i = 0; i < 10; ++i) ids.insert(world->files.store().NewId());
  CHECK(numbers.size() == 10);
  CHECK(ids.size() == 20);
}

TEST_CASE("whoever removes a file later needs neither the store nor its directory's name",
          "[background-work]") {
  PartsWorld world({}, PartsWorld::Start::kClosed);
  world.environment.files = world.disk.get();  // This one can hold a directory open.
  REQUIRE(Outcome(world.Open()) == "ok");
  auto table = WriteTable(world);
  const std::string name = TableFileName(table->meta().number);
  table->MarkNamed();  // Nobody else removes it.
  const std::function<void()> remove = world->files.RemovalOf(*table);
  table.reset();
  world.parts.reset();
  REQUIRE(world.disk->Rename("db", "elsewhere"));
  CHECK(Must(world.disk->Exists(JoinPath("elsewhere", name))));
  remove();
  CHECK_FALSE(Must(world.disk->Exists(JoinPath("elsewhere", name))));
  remove();  // That it isn't there is no failure.
}

TEST_CASE("tables are written as the store's options say", "[background-work]") {
  PartsWorld world({.block_bytes = 512,
                    .block_restart_interval = 3,
                    .filter_bits_per_key = 7,
                    .compression = Compression::kZstd,
                    .zstd_level = 5,
                    .block_hash_index = false,
                    .table_bytes = 12'345,
                    .verify_outputs = false});
  const auto writer = world->files.WriterOptionsFor(*world->tree(), {.level = 2, .run = 9});
  CHECK(writer.table.block_bytes == 512);
  CHECK(writer.table.restart_interval == 3);
  CHECK(writer.table.filter_bits_per_key == 7);
  CHECK(writer.table.compression == Compression::kZstd);
  CHECK(writer.table.zstd_level == 5);
  CHECK_FALSE(writer.table.hash_index);
  CHECK(writer.table_bytes_max == 12'345);
  CHECK_FALSE(writer.verify);
  CHECK((writer.position == RunPosition{.level = 2, .run = 9}));
}

TEST_CASE("a table's own options are put over the store's", "[tables]") {
  PartsWorld world({.compression = Compression::kZstd});
  Tree tree;
  tree.table = {.id = 4, .name = "t", .options = {.compression = Compression::kNone}};
  const auto writer = world->files.WriterOptionsFor(tree, {});
  CHECK(writer.table.compression == Compression::kNone);
  CHECK(writer.named_table == 4);
  CHECK(world->files.WriterOptionsFor(*world->tree(), {}).named_table == 0);
}

TEST_CASE("from which size on values live apart, a table may say for itself",
          "[value-separation]") {
  PartsWorld world({.blob_threshold = 100});
  Tree tree;
  tree.table = {.id = 4, .name = "t", .options = {.blob_threshold = 7}};
  CHECK(world->files.BlobThreshold(*world->tree()) == 100);
  CHECK(world->files.BlobThreshold(tree) == 7);
  tree.table.options.blob_threshold = 0;
  CHECK(world->files.WriterOptionsFor(tree, {}).blob_threshold == 0);
}
}  // namespace
}  // namespace strata
