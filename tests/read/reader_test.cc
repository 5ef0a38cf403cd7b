// A reader alone: what it shows of a state that was put together by hand.

#include "read/reader.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>

#include "iter/visible_iterator.h"
#include "read/read_world.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::Outcome;

TEST_CASE("what isn't shown yet isn't seen", "[memtable]") {
  ReadWorld world;
  world.Put(1, "a", "old");
  world.Put(2, "a", "new");
  world.Put(3, "b", "new");
  world.Show(0);
  CHECK(world.Get("a") == "(none)");
  CHECK(world.Scan().empty());
  world.Show(1);
  CHECK(world.Get("a") == "old");
  CHECK(world.Get("b") == "(none)");
  CHECK(world.Scan() == "a=old ");
  world.reader.Show(3);
  CHECK(world.Get("a") == "new");
  CHECK(world.Scan() == "a=new b=new ");
}

TEST_CASE("a delete hides what is older, and a later value hides the delete", "[memtable]") {
  ReadWorld world;
  world.Put(1, "a", "1");
  world.Delete(2, "a");
  world.Show(2);
  CHECK(world.Get("a") == "(none)");
  CHECK(world.Scan().empty());
  world.Put(3, "a", "");
  world.Show(3);
  CHECK(world.Get("a").empty());
  CHECK(world.Scan() == "a= ");
}

TEST_CASE("a state stays whole while a reader has it, and no longer", "[memtable]") {
  ReadWorld world;
  world.Put(1, "a", "1");
  world.Put(2, "b", "2");
  world.Show(2);
  auto it = Must(world.reader.NewIterator({}));
  ReadPoint before = world.reader.Now();
  const std::weak_ptr<MemTable> memtable = world.state.memtable;
  world.state.memtable = std::make_shared<MemTable>(1);
  world.Put(3, "c", "3");
  world.Show(3);
  CHECK(world.Scan() == "c=3 ");
  CHECK(ReadWorld::Rest(*it) == "a=1 b=2 ");
  CHECK(before.sequence == 2);
  CHECK(before.state->memtable == memtable.lock());
  CHECK(world.reader.Now().sequence == 3);
  before.state.reset();
  CHECK_FALSE(memtable.expired());
  it.reset();
  CHECK(memtable.expired());
}

TEST_CASE("a scan stays between its bounds and within its prefix", "[memtable]") {
  ReadWorld world;
  SequenceNumber sequence = 0;
  for (const char* key : {"a", "b", "ba", "b\xff", "b\xff\xff", "c"}) {
    world.Put(++sequence, key, "");
  }
  world.Show(sequence);
  CHECK(world.Scan({.lower = "b", .upper = "b\xff"}) == "b= ba= ");
  CHECK(world.Scan({.prefix = "b"}) == "b= ba= b\xff= b\xff\xff= ");
  CHECK(world.Scan({.prefix = "b\xff"}) == "b\xff= b\xff\xff= ");
  CHECK(world.Scan({.lower = "a", .upper = "z", .prefix = "b\xff"}) == "b\xff= b\xff\xff= ");
  CHECK(world.Scan({.lower = "ba", .upper = "b\xff\xff", .prefix = "b"}) == "ba= b\xff= ");
  CHECK(world.Scan({.upper = "b", .prefix = "b"}).empty());
  CHECK(world.Scan({.prefix = "\xff"}).empty());
}

TEST_CASE("gets, hits, seeks and steps are counted", "[memtable]") {
  ReadWorld world;
  world.Put(1, "a", "1");
  world.Put(2, "b", "2");
  world.Show(2);
  world.Get("a");
  world.Get("c");
  CHECK(world.counters.Get(Counter::kGets) == 2);
  CHECK(world.counters.Get(Counter::kGetHits) == 1);
  world.Scan();
  CHECK(world.counters.Get(Counter::kSeeks) == 1);
  CHECK(world.counters.Get(Counter::kIteratorSteps) == 2);
}

TEST_CASE("an entry that a newer program wrote is refused, not passed over", "[memtable]") {
  ReadWorld world;
  world.Put(1, "a", "1");
  world.state.memtable->Add(2, static_cast<EntryKind>(9), "a", "");
  world.Show(2);
  CHECK(world.Get("a") == "unsupported: key \"a\": entries of kind 9 need a newer program");
}

TEST_CASE("a key is looked for from the newest part to the oldest, and no further",
          "[flush-and-merge]") {
  ReadWorld world;
  world.AddTable({1, 1}, "a@1=deep b@2=deep c@3=deep d@4=deep");
  world.AddTable({0, 2}, "b@5=old c@6=old d@7");
  world.AddTable({0, 3}, "c@8=new e@9=new");
  world.Put(10, "e", "newest");
  world.Show(10);
  CHECK(world.Scan() == "a=deep b=old c=new e=newest ");
  for (const auto& [key, value] : {std::pair("a", "deep"), {"b", "old"}, {"c", "new"}}) {
    CHECK(world.Get(key) == value);
  }
  CHECK(world.Get("d") == "(none)");
  CHECK(world.Get("f") == "(none)");
  const std::uint64_t probed = world.counters.Get(Counter::kTablesProbed);
  CHECK(world.Get("e") == "newest");
  CHECK(world.counters.Get(Counter::kTablesProbed) == probed);
  CHECK(world.Get("c") == "new");
  CHECK(world.counters.Get(Counter::kTablesProbed) == probed + 1);
}

TEST_CASE("entries of tables are seen from their sequence on", "[flush-and-merge]") {
  ReadWorld world;
  world.AddTable({1, 1}, "a@2=old");
  world.AddTable({0, 2}, "a@5=new b@6=new");
  world.Show(4);
  CHECK(world.Get("a") == "old");
  CHECK(world.Scan() == "a=old ");
}

TEST_CASE("a table that can't be read is an error of the read", "[flush-and-merge]") {
  ReadWorld world;
  world.AddTable({0, 1}, "a@1=x b@2=y");
  const std::string path = JoinPath("db", TableFileName(1));
  std::string bytes = Must(world.tables.disk->Contents(path));
  bytes[0] = static_cast<char>(bytes[0] ^ 1);
  world.tables.disk->SetContents(path, bytes);
  VersionEdit edit;
  edit.added = {world.state.version->FindTable(1)->meta()};
  world.state.version = Must(Version().With(edit, {Must(world.tables.Open(edit.added[0]))}));
  world.Show(2);
  CHECK(world.Get("a").find("corruption: 000001.sst") == 0);
  CHECK(world.Scan().find("corruption: 000001.sst") == 0);
  CHECK(world.Get("c") == "(none)");  // No block can have it.
}

TEST_CASE("memtables that wait to be written out come between the new one and the tables",
          "[background-work]") {
  ReadWorld world;
  world.AddTable({0, 1}, "a@1=table b@2=table c@3=table d@4=table");
  world.Put(5, "b", "older");
  world.Put(6, "c", "older");
  world.SwitchMemTable();
  world.Put(7, "c", "newer");
  world.Delete(8, "d");
  world.SwitchMemTable();
  world.Put(9, "e", "now");
  world.Show(9);
  CHECK(world.Scan() == "a=table b=older c=newer e=now ");
  for (const auto& [key, value] : {std::pair("a", "table"), {"b", "older"}, {"c", "newer"}}) {
    CHECK(world.Get(key) == value);
  }
  CHECK(world.Get("d") == "(none)");
  CHECK(world.Get("e") == "now");
  world.reader.Show(6);
  CHECK(world.Scan() == "a=table b=older c=older d=table ");
  CHECK(world.Get("d") == "table");
}

TEST_CASE("a snapshot pins what is shown when it is taken", "[snapshots]") {
  ReadWorld world;
  world.Put(1, "a", "old");
  world.Put(2, "a", "new");
  world.Show(1);
  const auto snapshot = world.reader.GetSnapshot();
  CHECK(snapshot->sequence() == 1);
  world.Show(2);
  CHECK(world.Get("a") == "new");
  CHECK(world.Get("a", {.snapshot = snapshot}) == "old");
  CHECK(world.Scan({.snapshot = snapshot}) == "a=old ");
  CHECK(Must(world.reader.At({.snapshot = snapshot})).sequence == 1);
  CHECK(world.reader.snapshots().size() == 1);
}

TEST_CASE("a snapshot of another reader is refused by every read", "[snapshots]") {
  ReadWorld world;
  ReadWorld other;
  world.Show(1);
  other.Show(1);
  const auto foreign = other.reader.GetSnapshot();
  CHECK(world.Get("a", {.snapshot = foreign}) ==
        "invalid argument: the snapshot in the read options is of another store");
  CHECK(CodeOf(world.reader.NewIterator({.snapshot = foreign})) == "invalid argument");
  CHECK(CodeOf(world.reader.At({.snapshot = foreign})) == "invalid argument");
}

TEST_CASE("an entry comes with the sequence at which it was written, wherever it is",
          "[conditional-writes]") {
  ReadWorld world;
  world.AddTable({0, 1}, "a@3=table b@4=table");
  world.Put(5, "b", "full");
  world.SwitchMemTable();
  world.Put(6, "c", "new");
  world.Delete(7, "d");
  world.Show(7);
  const auto version = [&](std::string_view key) {
    const auto entry = Must(world.reader.GetEntry(key, {}));
    return entry ? entry->version : 0;
  };
  CHECK(version("a") == 3);
  CHECK(version("b") == 5);
  CHECK(version("c") == 6);
  CHECK(version("d") == 0);
  CHECK(version("e") == 0);
  ReadPoint point = world.reader.Now();
  point.sequence = 4;
  CHECK(Must(world.reader.FindEntry(point, "b", {}))->value == "table");
  CHECK_FALSE(Must(world.reader.FindEntry(point, "c", {})));
}

// A named table's state, with one entry in its memtable.
std::shared_ptr<const ReadState> Named(SequenceNumber sequence, std::string_view key,
                                       std::string_view value) {
  ReadState state;
  state.memtable = std::make_shared<MemTable>(1);
  state.version = std::make_shared<const Version>();
  state.memtable->Add(sequence, EntryKind::kValue, key, value);
  return std::make_shared<const ReadState>(std::move(state));
}

TEST_CASE("a read goes to the table that it names, at the moment of all others", "[tables]") {
  ReadWorld world;
  world.Put(1, "k", "default");
  world.state.named.Set(7, Named(2, "k", "seven"));
  world.state.named.Set(8, Named(3, "k", "eight"));
  world.Show(2);
  const ReadOptions seven{.table = {7}};
  CHECK(world.Get("k") == "default");
  CHECK(world.Get("k", seven) == "seven");
  CHECK(world.Scan(seven) == "k=seven ");
  CHECK(world.Get("k", {.table = {8}}) == "(none)");  // Not shown yet.
  const ReadPoint all = world.reader.Now();
  world.state.named.Set(7, Named(2, "k", "another"));
  world.Show(3);
  ReadPoint point = all;
  REQUIRE(Reader::MoveTo({7}, &point));
  CHECK(Must(world.reader.FindEntry(point, "k", {}))->value == "seven");
}

TEST_CASE("a table that isn't there is not found, by every read", "[tables]") {
  ReadWorld world;
  world.Show(1);
  const ReadOptions nine{.table = {9}};
  CHECK(world.Get("k", nine) == "not found: table 9 isn't there (any more); nothing was done");
  CHECK(CodeOf(world.reader.NewIterator(nine)) == "not found");
  ReadPoint point = world.reader.Now();
  CHECK(CodeOf(Reader::MoveTo({9}, &point)) == "not found");
  CHECK(Outcome(Reader::MoveTo(kDefaultTable, &point)) == "ok");
}

TEST_CASE("what has expired is gone, and hides what is older, from its time on", "[expiry]") {
  ReadWorld world;
  const std::uint64_t expiry = world.clock.WallMicros() + 10;
  std::string value;
  AppendFixed64(&value, expiry);
  value += "soon gone";
  world.AddTable({0, 1}, "a@1=old");
  world.state.memtable->Add(2, EntryKind::kExpiringValue, "a", value);
  world.Show(2);
  CHECK(world.Get("a") == "soon gone");
  CHECK(world.Scan() == "a=soon gone ");
  CHECK(Must(world.reader.GetEntry("a", {}))->expires_at_us == expiry);
  auto before = Must(world.reader.NewIterator({}));
  world.clock.Advance(10);
  CHECK(world.Get("a") == "(none)");
  CHECK(world.Scan().empty());
  CHECK_FALSE(Must(world.reader.GetEntry("a", {})));
  CHECK(ReadWorld::Rest(*before) == "a=soon gone ");  // As of when it was made.
}

TEST_CASE("a version is told of the table that is asked for, and none of others",
          "[learned-index]") {
  ReadWorld world;
  world.AddTable({0, 1}, "a@1=x");
  world.state.named.Set(7, Named(2, "k", "seven"));
  world.Show(2);
  CHECK(world.reader.VersionOf(0) == world.state.version);
  CHECK(world.reader.VersionOf(7) == world.state.named.Find(7)->version);
  CHECK(world.reader.VersionOf(8)->table_count() == 0);
}

TEST_CASE("a scan that passes over very many deletes says so, once, and of which table",
          "[learned-index]") {
  ReadWorld world;
  world.state.named.Set(7, Named(1, "z", "last"));
  for (SequenceNumber sequence = 2; sequence < 2U * kManyHidden; ++sequence) {
    world.state.named.Find(7)->memtable->Add(sequence, EntryKind::kDelete, std::to_string(sequence),
                                             "");
  }
  world.Put(2U * kManyHidden, "a", "");
  world.Show(2U * kManyHidden);
  world.Scan();
  CHECK(world.many_hidden.empty());
  CHECK(world.Scan({.table = {7}}) == "z=last ");
  CHECK(world.many_hidden == std::vector<std::uint32_t>{7});
}
}  // namespace
}  // namespace strata
