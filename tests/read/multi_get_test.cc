// Many keys at once, asked of a reader alone.

#include <catch2/catch.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "read/read_world.h"
#include "read/reader.h"

namespace strata {
namespace {

using testing::Must;
using testing::Outcome;

// With tables whose blocks are kept in a cache: without one nothing can be read ahead.
struct World : ReadWorld {
  void AddCachedTable(RunPosition position, std::string_view entries) {
    const auto plain = tables.Make(tables.next_number++, position, entries);
    const std::string name = TableFileName(plain->meta().number);
    sst::TableReaderOptions options;
    options.counters = &counters;
    options.cache = &cache;
    auto file = Must(files->Open(JoinPath("db", name)));
    auto table = std::make_shared<const Table>(
        plain->meta(), Must(sst::TableReader::Open(std::move(file), name, options)));
    VersionEdit edit;
    edit.added = {plain->meta()};
    state.version = Must(state.version->With(edit, {std::move(table)}));
  }

  // "x (none) y ", in the order of the keys, or the error.
  std::string MultiGet(const std::vector<std::string_view>& keys, const ReadOptions& options = {}) {
    return Text(reader.MultiGet(keys, options));
  }
  static std::string Text(const Result<std::vector<MultiGetResult>>& results) {
    if (!results) return Outcome(results);
    std::string text;
    for (const MultiGetResult& result : *results) {
      text += (result.found ? result.value : "(none)") + " ";
    }
    return text;
  }
};

TEST_CASE("many keys are answered as each alone would be, in the order asked for",
          "[parallel-reads]") {
  World world;
  world.AddTable({1, 1}, "a@1=deep b@2=deep c@3=deep");
  world.AddTable({0, 2}, "b@4=table c@5");
  world.Put(6, "d", "full");
  world.SwitchMemTable();
  world.Put(7, "e", "new");
  world.Put(8, "a", "later");
  world.Show(7);
  CHECK(world.MultiGet({}).empty());
  CHECK(world.MultiGet({"e", "c", "a", "x", "d", "b", "e"}) ==
        "new (none) deep (none) full table new ");
  world.reader.Show(8);
  CHECK(world.MultiGet({"a"}) == "later ");
  CHECK(world.counters.Get(Counter::kGets) == 8);
  CHECK(world.counters.Get(Counter::kGetHits) == 6);
}

TEST_CASE("the blocks of all tables that keys need are read at once, each once",
          "[parallel-reads][parallel-reads.1]") {
  World world;
  world.AddCachedTable({0, 1}, "a@1=1 b@2=2");
  world.AddCachedTable({0, 2}, "c@3=3 d@4=4");
  world.AddCachedTable({0, 3}, "e@5=5 f@6=6");
  world.Put(7, "e", "new");
  world.Show(7);
  const std::uint64_t before = world.counters.Get(Counter::kBlocksRead);
  CHECK(world.MultiGet({"a", "b", "c", "d", "e"}) == "1 2 3 4 new ");
  CHECK(world.counters.Get(Counter::kParallelReads) == 2);  // Of e the memtable knows.
  CHECK(world.counters.Get(Counter::kBlocksRead) == before + 2);
  CHECK(world.MultiGet({"a", "d", "f"}) == "1 4 6 ");
  CHECK(world.counters.Get(Counter::kParallelReads) == 2);  // One block isn't a batch.
  CHECK(world.counters.Get(Counter::kBlocksRead) == before + 3);
}

TEST_CASE("a key that the memtable has keeps no other key from being read with the rest",
          "[parallel-reads][parallel-reads.1]") {
  World world;
  world.AddCachedTable({0, 1}, "a@1=1");
  world.AddCachedTable({0, 2}, "c@2=2");
  world.Put(3, "b", "new");
  world.Show(3);
  CHECK(world.MultiGet({"b", "a", "c"}) == "new 1 2 ");
  CHECK(world.counters.Get(Counter::kParallelReads) == 2);
}

TEST_CASE("a block that can't be read is an error that names its table", "[parallel-reads]") {
  World world;
  world.AddCachedTable({0, 1}, "a@1=1");
  world.AddCachedTable({0, 2}, "b@2=2");
  world.Show(2);
  world.files->SetPlan({.fail_at = 0});
  CHECK(world.MultiGet({"a", "b"}).find("i/o error: 00000") == 0);
  CHECK(world.MultiGet({"a", "b"}) == "1 2 ");
}

TEST_CASE("many keys are read as of one snapshot", "[snapshots]") {
  World world;
  world.Put(1, "a", "old");
  world.AddCachedTable({0, 1}, "b@2=old");
  world.Show(2);
  const auto snapshot = world.reader.GetSnapshot();
  world.Put(3, "a", "new");
  world.Put(4, "b", "new");
  world.Show(4);
  CHECK(world.MultiGet({"a", "b"}, {.snapshot = snapshot}) == "old old ");
  CHECK(world.MultiGet({"a", "b"}) == "new new ");
}

TEST_CASE("keys of several tables are answered together, each in its place", "[tables]") {
  World world;
  ReadState named;
  named.memtable = std::make_shared<MemTable>(1);
  named.version = std::make_shared<const Version>();
  named.memtable->Add(1, EntryKind::kValue, "k", "seven");
  named.memtable->Add(3, EntryKind::kValue, "k", "later");
  world.state.named.Set(7, std::make_shared<const ReadState>(named));
  world.Put(2, "k", "default");
  world.Show(2);
  const std::vector<TableKey> keys = {{{7}, "k"}, {kDefaultTable, "k"}, {{7}, "x"}, {{7}, "k"}};
  CHECK(World::Text(world.reader.MultiGet(keys, {})) == "seven default (none) seven ");
  const std::vector<TableKey> gone = {{kDefaultTable, "k"}, {{8}, "k"}};
  CHECK(World::Text(world.reader.MultiGet(gone, {})) ==
        "not found: table 8 isn't there (any more); nothing was done");
}

// Each look at it takes a microsecond.
class SteppingClock final : public Clock {
 public:
  std::uint64_t NowMicros() override { return ++now_; }
  std::uint64_t WallMicros() override { return NowMicros(); }
  void SleepMicros(std::uint64_t micros) override { now_ += micros; }

 private:
  std::uint64_t now_ = 0;
};

TEST_CASE("whether keys have expired is judged by one look at the clock", "[expiry]") {
  World world;
  SteppingClock clock;
  Reader reader(ReaderContext{.counters = world.counters,
                              .clock = clock,
                              .executor = *world.executor,
                              .snapshots = world.snapshots});
  std::string value;
  AppendFixed64(&value, 2);
  value += "x";
  for (const char key : {'a', 'b', 'c'}) {
    world.state.memtable->Add(1, EntryKind::kExpiringValue, {&key, 1}, value);
  }
  reader.Publish(world.state);
  reader.Show(1);
  const std::vector<std::string_view> keys = {"a", "b", "c"};
  CHECK(World::Text(reader.MultiGet(keys, {})) == "x x x ");
  CHECK(World::Text(reader.MultiGet(keys, {})) == "(none) (none) (none) ");
}
}  // namespace
}  // namespace strata
