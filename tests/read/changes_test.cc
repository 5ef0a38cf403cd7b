// Whether a key was written after a sequence, asked of states made by hand.

#include "read/changes.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string_view>

#include "testing/results.h"
#include "testing/tables.h"

namespace strata {
namespace {

using testing::Must;

// A state, from the newest part to the oldest.
struct World {
  World() {
    state.memtable = std::make_shared<MemTable>(1);
    state.version = std::make_shared<const Version>();
  }

  void AddImmutable(SequenceNumber sequence, EntryKind kind, std::string_view key) {
    auto memtable = std::make_shared<MemTable>(1);
    memtable->Add(sequence, kind, key, "");
    state.immutables.push_back(std::move(memtable));
  }
  // A table with "a@5=x b@3" and the like.
  void AddRun(RunPosition position, std::string_view entries) {
    auto table = tables.Make(tables.next_number++, position, entries);
    VersionEdit edit;
    edit.added = {table->meta()};
    state.version = Must(state.version->With(edit, {std::move(table)}));
  }
  bool Changed(std::string_view key, SequenceNumber since) {
    return Must(KeyChanged(state, key, since));
  }

  testing::TableFactory tables;
  ReadState state;
};

TEST_CASE("a key's newest version says whether it was written since",
          "[transactions][transactions.1]") {
  World world;
  world.state.memtable->Add(20, EntryKind::kValue, "new", "");
  world.AddImmutable(15, EntryKind::kValue, "full");
  world.AddRun({0, 2}, "flushed@10=x");
  world.AddRun({1, 1}, "deep@5=x");
  CHECK(world.Changed("new", 19));
  CHECK_FALSE(world.Changed("new", 20));
  CHECK(world.Changed("full", 14));
  CHECK_FALSE(world.Changed("full", 15));
  CHECK(world.Changed("flushed", 9));
  CHECK_FALSE(world.Changed("flushed", 10));
  CHECK(world.Changed("deep", 4));
  CHECK_FALSE(world.Changed("deep", 5));
  CHECK_FALSE(world.Changed("nowhere", 0));
}

TEST_CASE("a delete is a change, wherever it stands", "[transactions][transactions.1]") {
  World world;
  world.state.memtable->Add(20, EntryKind::kDelete, "new", "");
  world.AddImmutable(15, EntryKind::kDelete, "full");
  world.AddRun({0, 2}, "flushed@10");
  for (const char* key : {"new", "full", "flushed"}) CHECK(world.Changed(key, 9));
  CHECK_FALSE(world.Changed("flushed", 10));
}

TEST_CASE("a table that is too old says nothing of those below it",
          "[transactions][transactions.1]") {
  World world;
  world.AddRun({0, 2}, "a@3=x z@4=x");
  world.AddRun({1, 1}, "m@9=x");
  CHECK(world.Changed("m", 7));
  CHECK_FALSE(world.Changed("m", 9));
}

TEST_CASE("a table that doesn't hold the key says nothing of those below it either",
          "[transactions][transactions.1]") {
  World world;
  world.AddRun({0, 2}, "a@13=x z@14=x");
  world.AddRun({1, 1}, "m@9=x y@12=x");
  CHECK(world.Changed("m", 7));
  CHECK_FALSE(world.Changed("m", 9));
  CHECK_FALSE(world.Changed("n", 7));
}

TEST_CASE("a table whose entries are all older isn't read", "[transactions]") {
  World world;
  world.AddRun({0, 2}, "a@3=x m@4=x z@4=x");
  const std::uint64_t before = world.tables.counters.Get(Counter::kBlocksRead);
  CHECK_FALSE(world.Changed("m", 4));
  CHECK(world.tables.counters.Get(Counter::kBlocksRead) == before);
}

}  // namespace
}  // namespace strata
