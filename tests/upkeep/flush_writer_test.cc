#include "upkeep/flush_writer.h"

#include <catch2/catch.hpp>

#include <string>

#include "testing/parts_world.h"
#include "testing/results.h"
#include "testing/tables.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Outcome;
using testing::Parts;
using testing::PartsWorld;

struct Written {
  VersionEdit edit;
  std::vector<std::shared_ptr<const Table>> opened;

  Status Write(Parts& parts, std::uint64_t since_us = 5) {
    return parts.flush_writer.Write(*parts.tree(), *parts.tree()->memtable, since_us, &edit,
                                    &opened);
  }
  // All entries, table by table.
  std::string Entries() const {
    std::string text;
    for (const auto& table : opened) {
      const auto entries = table->reader().NewIterator({});
      text += testing::Forwards(*entries) + " | ";
    }
    return text;
  }
};

TEST_CASE("a memtable becomes a run of level 0, with what is known of its entries",
          "[background-work]") {
  PartsWorld world;
  REQUIRE(world->Put("b", "1"));
  REQUIRE(world->Put("a", "2"));
  REQUIRE(world->Delete("c"));
  world.clock.Advance(1'000);
  Written first;
  REQUIRE(Outcome(first.Write(*world)) == "ok");
  CHECK(first.Entries() == "a@2=2 b@1=1 c@3 | ");
  REQUIRE(first.edit.added.size() == 1);
  const TableMeta& meta = first.edit.added[0];
  CHECK(meta.position.level == 0);
  CHECK(meta.entries == 3);
  CHECK(meta.deletes == 1);
  CHECK(meta.sequence_min == 1);
  CHECK(meta.sequence_max == 3);
  CHECK(meta.write_time_min_us == 5);
  CHECK(meta.write_time_max_us == world.clock.WallMicros());
  CHECK(meta.delete_since_us == 5);

  Written second;
  REQUIRE(Outcome(second.Write(*world)) == "ok");
  CHECK(second.edit.added[0].position.run > meta.position.run);  // Newer runs are read first.
  CHECK(world->context.counters.Get(Counter::kFlushes) == 2);
}

TEST_CASE("a large memtable becomes several tables of one run, and an empty one none",
          "[background-work]") {
  PartsWorld world({.table_bytes = 1024});
  Written written;
  REQUIRE(Outcome(written.Write(*world)) == "ok");
  CHECK(written.opened.empty());
  for (int i = 100; i < 200; ++i) REQUIRE(world->Put(std::to_string(i), std::string(50, 'v')));
  REQUIRE(Outcome(written.Write(*world)) == "ok");
  REQUIRE(written.edit.added.size() > 2);
  std::uint64_t entries = 0;
  for (const TableMeta& meta : written.edit.added) {
    CHECK(meta.position == written.edit.added[0].position);
    entries += meta.entries;
  }
  CHECK(entries == 100);
}

TEST_CASE("a flush that fails, or that no edit came of, leaves no file", "[background-work]") {
  PartsWorld world({.table_bytes = 1024});
  for (int i = 100; i < 200; ++i) REQUIRE(world->Put(std::to_string(i), std::string(50, 'v')));
  Written written;
  REQUIRE(Outcome(written.Write(*world)) == "ok");
  const std::size_t tables = written.opened.size();
  CHECK(world.Names(".sst").size() == 11 * tables);
  written = {};
  CHECK(world.Names(".sst").empty());
  world.faults->SetPlan({.fail_at = 9, .fault = Fault::kEnospc});
  CHECK(CodeOf(written.Write(*world)) == "no space");
  written = {};
  CHECK(world.Names(".sst").empty());
}

TEST_CASE("what was overwritten in memory stays out, unless a snapshot reads it", "[snapshots]") {
  PartsWorld world;
  REQUIRE(world->Put("a", "1"));
  REQUIRE(world->Put("a", "2"));
  const auto snapshot = world->reader.GetSnapshot();
  REQUIRE(world->Put("a", "3"));
  REQUIRE(world->Put("a", "4"));
  Written written;
  REQUIRE(Outcome(written.Write(*world)) == "ok");
  CHECK(written.Entries() == "a@4=4 a@2=2 | ");
  REQUIRE(written.edit.added[0].held.size() == 1);
  CHECK(written.edit.added[0].held[0].entries == 1);
}

TEST_CASE("files of values become blobs, but for those whose values were all overwritten",
          "[value-separation]") {
  PartsWorld world({.compression = Compression::kNone,
                    .blob_threshold = 100,
                    .blob_file_bytes = 1024,
                    .direct_value_bytes = 100});
  REQUIRE(world->Put("a", std::string(2'000, '1')));  // A file is full with each.
  REQUIRE(world->Put("a", std::string(2'000, '2')));
  REQUIRE(world->Put("b", std::string(2'000, '3')));
  CHECK(world.Names(".blob").size() == 36);
  REQUIRE(world->Switch());
  const Immutable& full = world->trees.full()[0];
  Written written;
  REQUIRE(world->flush_writer.Write(*world->tree(), *full.memtables[0].second, 5, &written.edit,
                                    &written.opened));
  REQUIRE(written.opened.size() == 1);
  CHECK(written.opened[0]->meta().blobs.size() == 2);
  REQUIRE(
      world->flush_writer.AdoptDirect(*world->tree(), *full.direct, &written.edit, written.opened));
  CHECK(written.edit.blobs.size() == 2);
  CHECK(written.edit.opened_blobs.size() == 2);

  full.direct->RemoveUnused(written.edit.blobs);
  CHECK(world.Names(".blob").size() == 24);
  REQUIRE(world->Locked([&] { return world->versions.Install(written.edit, written.opened); }));
  world->trees.PopOldestFull();
  world->trees.Publish();
  CHECK(world->Get("a") == std::string(2'000, '2'));
  CHECK(world->Get("b") == std::string(2'000, '3'));
}
}  // namespace
}  // namespace strata
