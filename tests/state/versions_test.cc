#include "state/versions.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "testing/gated_file_system.h"
#include "testing/parts_world.h"
#include "testing/results.h"

namespace strata {
namespace {

using testing::Must;
using testing::Outcome;
using testing::Parts;
using testing::PartsWorld;

// A table of one entry, and the edit that adds it.
struct NewTable {
  VersionEdit edit;
  std::vector<std::shared_ptr<const Table>> opened;
};

NewTable WriteTable(Parts& parts, std::string_view key) {
  MemTable memtable(1);
  memtable.Add(1, EntryKind::kValue, key, "v");
  NewTable table;
  STRATA_CHECK(
      parts.flush_writer.Write(*parts.tree(), memtable, 1, &table.edit, &table.opened).has_value());
  STRATA_CHECK(parts.context.environment.files->SyncDirectory("db").has_value());
  return table;
}

Status Install(Parts& parts, NewTable table) {
  return parts.Locked(
      [&] { return parts.versions.Install(std::move(table.edit), std::move(table.opened)); });
}

void MustInstall(Parts& parts, NewTable table) {
  const Status installed = Install(parts, std::move(table));
  REQUIRE(Outcome(installed) == "ok");
}

std::size_t Shown(Parts& parts) {
  return parts.reader.state()->version->table_count();
}

TEST_CASE("an edit is on the disk before readers see what it brought", "[background-work]") {
  PartsWorld world;
  world->trees.SetLastSequence(1);
  NewTable table = WriteTable(*world, "k");
  std::size_t syncs = 0;
  world.before = [&](const FileEvent& event) {
    if (event.operation != FileOperation::kSync) return;
    ++syncs;
    CHECK(Shown(*world.parts) == 0);
    CHECK(world->tree()->version->table_count() == 0);
  };
  MustInstall(*world, std::move(table));
  CHECK(syncs == 1);
  CHECK(Shown(*world.parts) == 1);
  world.before = nullptr;
  world.PowerCut();
  REQUIRE(Outcome(world.Open()) == "ok");
  CHECK(world->Get("k") == "v");
}

TEST_CASE("what an edit replaces goes with its last reader", "[background-work]") {
  PartsWorld world;
  MustInstall(*world, WriteTable(*world, "old"));
  NewTable next = WriteTable(*world, "new");
  const auto& runs = world->tree()->version->runs();
  next.edit.removed = {runs.at(0).tables.at(0)->meta().number};
  const std::string old_name = TableFileName(next.edit.removed[0]);
  auto reader = world->reader.state();
  MustInstall(*world, std::move(next));
  CHECK(Shown(*world.parts) == 1);
  CHECK(world.Names(".sst").find(old_name) != std::string::npos);
  reader.reset();
  CHECK(world.Names(".sst").find(old_name) == std::string::npos);
}

TEST_CASE("a table that is only moved keeps its file", "[background-work]") {
  PartsWorld world;
  world->trees.SetLastSequence(1);
  MustInstall(*world, WriteTable(*world, "k"));
  world->reader.Show(1);
  const TableMeta table = world->tree()->version->runs().at(0).tables.at(0)->meta();
  VersionEdit edit;
  edit.removed = {table.number};
  edit.added = {table};
  edit.added[0].position = {.level = 1, .run = 1};
  auto moved = Must(world->files.Open(edit.added[0]));
  MustInstall(*world, {edit, {std::move(moved)}});
  CHECK(world->Get("k") == "v");
  CHECK(world.Names(".sst").find(TableFileName(table.number)) != std::string::npos);
  CHECK(world->tree()->version->runs().at(0).position.level == 1);
}

TEST_CASE("a manifest that fails ends all writing, and nothing is deleted", "[background-work]") {
  PartsWorld world;
  MustInstall(*world, WriteTable(*world, "old"));
  NewTable next = WriteTable(*world, "new");
  next.edit.removed = {world->tree()->version->runs().at(0).tables.at(0)->meta().number};
  const std::string tables = world.Names(".sst");
  world.faults->SetPlan({.fail_at = 0, .fault = Fault::kSyncKeepsData});
  const Status failed = Install(*world, std::move(next));
  CHECK(testing::CodeOf(failed) == "i/o error");
  CHECK(world->health.failed());
  CHECK(Shown(*world.parts) == 1);
  CHECK(testing::CodeOf(Install(*world, WriteTable(*world, "later"))) == "i/o error");
  CHECK(world.Names(".sst").starts_with(tables.substr(0, 10)));
  world.parts.reset();
  // It may be that the edit is found after a restart: both tables must be there.
  for (std::size_t at = 0; at < tables.size(); at += 11) {
    CHECK(world.Names(".sst").find(tables.substr(at, 10)) != std::string::npos);
  }
}

// Parts on real threads, whose manifest's syncs wait at a gate.
struct GatedParts {
  GatedParts() {
    files.GateOnly("MANIFEST");
    STRATA_CHECK(parts.Open().has_value());
  }
  // An edit gets to the gate, and stays there.
  void BeginEdit(std::string_view key) {
    NewTable table = WriteTable(parts, key);
    files.CloseGate();
    first =
        std::thread([this, table = std::move(table)] { (void)Install(parts, table).has_value(); });
    while (files.waiting() == 0) std::this_thread::yield();
  }
  ~GatedParts() {
    files.OpenGate();
    if (first.joinable()) first.join();
  }

  std::unique_ptr<MemoryFileSystem> disk = NewMemoryFileSystem();
  testing::GatedFileSystem files{*disk};
  std::unique_ptr<Executor> executor = NewThreadExecutor(1, 1, RealClock());
  Environment environment{.files = &files,
                          .clock = &RealClock(),
                          .executor = executor.get(),
                          .entropy = SeededEntropy(7)};
  Parts parts{environment, {}};
  std::thread first;
};

TEST_CASE("one edit is made at a time, and who waits sees what the one before left",
          "[background-work][concurrency]") {
  GatedParts world;
  NewTable second = WriteTable(world.parts, "b");
  world.BeginEdit("a");
  std::atomic<bool> in_line = false;
  std::size_t seen = 99;
  std::thread other([&] {
    MutexLock lock(world.parts.context.mutex);
    in_line = true;
    world.parts.versions.AwaitEdits();
    seen = world.parts.tree()->version->table_count();
    (void)world.parts.versions.Install(std::move(second.edit), std::move(second.opened))
        .has_value();
  });
  while (!in_line) std::this_thread::yield();
  world.parts.Locked([&] { CHECK(Shown(world.parts) == 0); });  // Nobody else waits for the disk.
  world.files.OpenGate();
  world.first.join();
  other.join();
  CHECK(seen == 1);
  CHECK(Shown(world.parts) == 2);
  CHECK_FALSE(world.parts.health.failed());
}

TEST_CASE("what is noted of logs during an edit is written after it",
          "[background-work][concurrency]") {
  GatedParts world;
  world.BeginEdit("a");
  VersionSet& set = world.parts.versions.set();
  VersionEdit note;
  note.begun_logs.push_back({set.NewFileNumber(), 5});
  const FileNumber log = note.begun_logs[0].number;
  world.parts.Locked([&] {
    CHECK(world.parts.versions.NoteLogs(note));
    CHECK_FALSE(set.State().begun_logs.contains(log));
  });
  world.files.OpenGate();
  world.first.join();
  CHECK(set.State().begun_logs.contains(log));
  const auto edit_bytes = set.manifest_bytes();
  CHECK(world.parts.Locked([&] { return world.parts.versions.NoteLogs({}); }));
  CHECK(set.manifest_bytes() == edit_bytes);  // There was nothing left to say.
}

TEST_CASE("a feature is in the manifest once it is enabled", "[tables]") {
  PartsWorld world;
  const auto enable = [&] {
    return world->Locked([&] { return world->versions.EnableFeature(kExpiryFeature); });
  };
  REQUIRE(enable());
  const FileNumber manifest = world->versions.set().manifest_number();
  REQUIRE(enable());
  CHECK(world->versions.set().manifest_number() == manifest);
  world.PowerCut();
  REQUIRE(Outcome(world.Open()) == "ok");
  const auto& features = world->versions.set().properties().features;
  CHECK(std::count(features.begin(), features.end(), kExpiryFeature) == 1);

  world.faults->SetPlan({.fail_at = 0, .fault = Fault::kEio, .sticky = true});
  CHECK(testing::CodeOf(world->Locked([&] { return world->versions.EnableFeature("x"); })) ==
        "i/o error");
  CHECK(world->health.failed());
}

TEST_CASE("a tree whose table was dropped has nothing any more", "[tables]") {
  PartsWorld world;
  const NamedTable table{.id = 1, .name = "t"};
  VersionEdit create;
  create.created = {table};
  create.next_named_table = 2;
  MustInstall(*world, {create, {}});
  world->trees.Add(Must(world->trees.Make(table)));
  const auto tree = world->trees.Find({1});
  MemTable memtable(1);
  memtable.Add(1, EntryKind::kValue, "k", "v");
  NewTable files;
  REQUIRE(world->flush_writer.Write(*tree, memtable, 1, &files.edit, &files.opened));
  MustInstall(*world, std::move(files));
  CHECK(tree->version->table_count() == 1);
  CHECK(Shown(*world.parts) == 0);
  VersionEdit drop;
  drop.dropped = {1};
  MustInstall(*world, {drop, {}});
  CHECK(tree->version->table_count() == 0);
}
}  // namespace
}  // namespace strata
