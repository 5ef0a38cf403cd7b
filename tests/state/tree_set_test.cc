#include "state/tree_set.h"

#include <catch2/catch.hpp>

#include <string>

#include "testing/parts_world.h"
#include "testing/results.h"
#include "wal/batch_format.h"

namespace strata {
namespace {

using testing::Must;
using testing::Outcome;
using testing::PartsWorld;

// Parts whose trees are there, without a directory.
struct World : PartsWorld {
  World() : PartsWorld({}, Start::kClosed) {
    parts = std::make_unique<testing::Parts>(environment, options);
    parts->trees.Publish();
  }
  TreeSet& trees() { return parts->trees; }
  // Inserts and shows; the number of entries.
  std::uint64_t Insert(const WriteBatch& batch, SequenceNumber first) {
    std::uint64_t count = 0;
    const Status inserted = trees().Insert(batch.encoded(), first, /*concurrently=*/false, &count);
    if (!inserted) return 0;
    trees().Touch(batch.tables());
    parts->reader.Show(first + count - 1);
    return count;
  }
};

TEST_CASE("entries get sequences one after the other, and are read once they are shown",
          "[background-work]") {
  World world;
  WriteBatch batch;
  batch.Put("a", "1");
  batch.Put("b", "2");
  batch.Delete("a");
  std::uint64_t count = 0;
  REQUIRE(world.trees().Insert(batch.encoded(), 5, /*concurrently=*/false, &count));
  CHECK(count == 3);
  CHECK(world->Get("a") == "none");
  world->reader.Show(6);
  CHECK(world->Get("a") == "1");
  CHECK(world->Get("b") == "2");
  world->reader.Show(7);
  CHECK(world->Get("a") == "none");
  CHECK(world->Get("b") == "2");
}

TEST_CASE("memtables that were switched wait, the oldest first, and are read until they go",
          "[background-work]") {
  World world;
  WriteBatch batch;
  const auto put_and_switch = [&](std::string_view key, SequenceNumber at, FileNumber log) {
    batch.Clear();
    batch.Put(key, "v");
    REQUIRE(world.Insert(batch, at) == 1);
    world.trees().SetSince(at * 1000);
    world.trees().Switch(log, world.trees().NewDirect());
  };
  put_and_switch("old", 1, 7);
  put_and_switch("new", 2, 9);
  CHECK(world.trees().MemTablesEmpty());
  const auto& full = world.trees().full();
  REQUIRE(full.size() == 2);
  CHECK(full[0].oldest_log_after == 7);
  CHECK(full[0].since_us == 1000);
  CHECK(full[1].oldest_log_after == 9);
  const auto state = world->reader.state();
  REQUIRE(state->immutables.size() == 2);
  CHECK(state->immutables[0] == full[1].memtables[0].second);  // Readers ask the newest first.
  CHECK(world->Get("old") == "v");

  world.trees().PopOldestFull();
  world.trees().Publish();
  CHECK(world->Get("old") == "none");
  CHECK(world->Get("new") == "v");
  CHECK(state->immutables.size() == 2);  // Who came before sees what was.
}

TEST_CASE("an empty value is a delete where the store says so", "[background-work]") {
  const bool deletes = GENERATE(false, true);
  World world;
  world.trees().SetEmptyValueDeletes(deletes);
  WriteBatch batch;
  batch.Put("a", "1");
  batch.Put("a", "");
  REQUIRE(world.Insert(batch, 1) == 2);
  CHECK(world->Get("a") == (deletes ? "none" : ""));
}

TEST_CASE("a tree of a policy that can't be isn't made", "[background-work]") {
  const PartsWorld world({}, PartsWorld::Start::kClosed);
  StoreContext context({.compaction = CompactionStyle::kUnified, .unified_w = "x"},
                       world.environment, "db");
  testing::Parts others(world.environment, {});
  TreeSet trees(context, others.reader);
  CHECK(testing::CodeOf(trees.Start(others.files.store())) == "invalid argument");
}

std::shared_ptr<Tree> AddTable(TreeSet& trees, const NamedTable& table) {
  trees.Add(Must(trees.Make(table)));
  return trees.Find({table.id});
}

std::string Found(const Tree& tree, std::string_view key) {
  const auto found = tree.memtable->Get(key, kSequenceMax);
  if (!found) return "none";
  return found->kind == EntryKind::kDelete ? "deleted" : std::string(found->value);
}

TEST_CASE("a table's entries go into its own memtable, and nowhere once it is dropped",
          "[tables]") {
  World world;
  const auto tree = AddTable(world.trees(), {.id = 3, .name = "t"});
  CHECK(world.trees().next_id() == 4);
  CHECK(world.trees().Named("t") == tree);
  CHECK(world.trees().Named(kDefaultTableName) == world->tree());
  CHECK(world.trees().All().size() == 2);

  WriteBatch batch;
  batch.Put("k", "default");
  batch.Put("k", "own", {.table = {3}});
  REQUIRE(world.Insert(batch, 1) == 2);
  CHECK(Found(*world->tree(), "k") == "default");
  CHECK(Found(*tree, "k") == "own");
  world.trees().Publish();
  REQUIRE(world->reader.state()->named.Find(3) != nullptr);
  CHECK(world->reader.state()->named.Find(3)->memtable == tree->memtable);

  world.trees().Drop(tree);
  CHECK(tree->dropped);
  CHECK(world.trees().Find({3}) == nullptr);
  CHECK(world.Insert(batch, 3) == 2);  // Sequences are as they were when it was written.
  CHECK(tree->memtable->entries() == 1);
  CHECK(world->tree()->memtable->entries() == 2);

  batch.Put("k", "v", {.table = {9}});
  const Status never = world.trees().Insert(batch.encoded(), 5, /*concurrently=*/false);
  CHECK(Outcome(never) == "corruption: an entry of table 9, which never was");
}

TEST_CASE("a memtable without entries takes no room of the others", "[tables]") {
  World world;
  const std::size_t one = world.trees().MemTableBytes();
  CHECK(one == world->tree()->memtable->bytes_used());
  const auto tree = AddTable(world.trees(), {.id = 1, .name = "t"});
  CHECK(world.trees().MemTableBytes() == one);
  WriteBatch batch;
  batch.Put("k", "v", {.table = {1}});
  REQUIRE(world.Insert(batch, 1) == 1);
  CHECK_FALSE(world.trees().MemTablesEmpty());
  CHECK(world.trees().MemTableBytes() == one + tree->memtable->bytes_used());
}

TEST_CASE("each table says for itself whether an empty value is a delete", "[tables]") {
  World world;
  const auto tree =
      AddTable(world.trees(), {.id = 1, .name = "t", .options = {.empty_value_deletes = true}});
  WriteBatch batch;
  batch.Put("k", "");
  batch.Put("k", "", {.table = {1}});
  REQUIRE(world.Insert(batch, 1) == 2);
  CHECK(Found(*world->tree(), "k").empty());
  CHECK(Found(*tree, "k") == "deleted");
}
}  // namespace
}  // namespace strata
