// Entries without a record in the commit queue, over the parts of a store.

#include "commit/apply.h"

#include <catch2/catch.hpp>

#include <memory>
#include <string>

#include "commit/commit_queue.h"
#include "commit/fake_background.h"
#include "testing/parts_world.h"
#include "testing/results.h"
#include "wal/log_reader.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::Outcome;
using testing::PartsWorld;

constexpr TableRef kReplica{1};
constexpr std::uint64_t kNow = 5'000'000;

// The parts of a store with a replicated table, and a queue.
struct World : PartsWorld {
  explicit World(SyncMode sync = SyncMode::kNone) : PartsWorld(OptionsOf(sync)) {
    NamedTable table{.id = kReplica.id, .name = "replica", .options = {}};
    table.options.replicated = true;
    VersionEdit edit;
    edit.created.push_back(table);
    REQUIRE(parts->Locked([&] { return parts->versions.Install(edit, {}); }));
    parts->Locked([&] { parts->trees.Add(Must(parts->trees.Make(table))); });
    parts->Locked([&] { parts->trees.Publish(); });
    NewQueue();
  }
  static Options OptionsOf(SyncMode sync) {
    Options options;
    options.sync = sync;
    return options;
  }

  void NewQueue() {
    queue = std::make_unique<CommitQueue>(CommitParts{.context = parts->context,
                                                      .health = parts->health,
                                                      .reader = parts->reader,
                                                      .trees = parts->trees,
                                                      .versions = parts->versions,
                                                      .journal = parts->journal,
                                                      .direct_writer = parts->direct_writer,
                                                      .background = background});
    parts->Locked([&] { queue->StartDurable(); });
  }
  // As if the process died.
  Status KillAndOpen() {
    queue.reset();
    Kill();
    STRATA_TRY(Open());
    NewQueue();
    return {};
  }

  std::shared_ptr<Tree> replica() { return parts->trees.Find(kReplica); }
  Result<std::unique_ptr<Applying>> Begin(Applied at) {
    return parts->Locked([&] { return Applying::Begin(parts->context, replica(), at); });
  }
  Status Apply(std::uint64_t index, std::string_view key) {
    WriteBatch batch;
    batch.Put(key, "v", {.table = kReplica});
    STRATA_TRY_ASSIGN(const auto turn, Begin({index, kNow}));
    std::optional<FailedCondition> failed;
    SequenceNumber first = 0;
    return queue->Apply(batch, *turn, &failed, &first);
  }
  Status Put(std::string_view key) {
    WriteBatch batch;
    batch.Put(key, "v");
    std::optional<FailedCondition> failed;
    SequenceNumber first = 0;
    return queue->Write(batch, /*sync=*/false, /*now_us=*/0, &failed, &first);
  }

  // "1 5: ": the sequences of a log's records; those without entries are in brackets.
  std::string RecordsOf(FileNumber log) {
    const std::string contents = Must(disk->Contents(PathOf(LogFileName(log))));
    wal::LogReader reader(contents);
    std::string out;
    while (const auto record = Must(reader.Next())) {
      const std::string sequence = std::to_string(record->sequence);
      out += record->payload.empty() ? "[" + sequence + "] " : sequence + " ";
    }
    return out;
  }

  testing::FakeBackground background;
  std::unique_ptr<CommitQueue> queue;
};

TEST_CASE("a log has no record of what is applied, and accounts for it before the next begins",
          "[learned-index]") {
  World world;
  REQUIRE(world.Put("a"));
  REQUIRE(world.Apply(1, "x"));
  REQUIRE(world.Apply(2, "y"));
  const FileNumber first = world->journal.number();
  const FileNumber second = Must(world.queue->SwitchMemTables());
  CHECK(world.RecordsOf(first) == "1 [4] ");
  REQUIRE(world.Apply(3, "z"));
  REQUIRE(world.Put("b"));
  const FileNumber third = Must(world.queue->SwitchMemTables());
  CHECK(world.RecordsOf(second) == "[4] 5 ");
  REQUIRE(world.Apply(4, "z"));
  REQUIRE(world.queue->SwitchMemTables());
  CHECK(world.RecordsOf(third) == "[6] [7] ");
  CHECK(world->trees.last_sequence() == 6);
  CHECK(world.replica()->replica->applied().index == 4);
}

TEST_CASE("a log that is missing is found among entries that have no record", "[learned-index]") {
  for (const bool missing : {false, true}) {
    World world;
    REQUIRE(world.Put("a"));
    REQUIRE(world.Apply(1, "x"));
    REQUIRE(world.queue->SwitchMemTables());
    const FileNumber lost = world->journal.number();
    REQUIRE(world.Put("b"));
    REQUIRE(world.Apply(2, "y"));
    REQUIRE(world.queue->SwitchMemTables());
    REQUIRE(world.Put("c"));
    REQUIRE(world.queue->Sync());
    if (missing) REQUIRE(world.disk->Remove(world.PathOf(LogFileName(lost))));
    const Status opened = world.KillAndOpen();
    CHECK(opened.has_value() == !missing);
    if (!missing) CHECK((world->Get("a") == "v" && world->Get("c") == "v"));
  }
}

TEST_CASE("what follows a log in which nothing but entries without a record fell survives a kill",
          "[learned-index]") {
  World world;
  REQUIRE(world.Apply(1, "x"));
  REQUIRE(world.queue->SwitchMemTables());
  REQUIRE(world.Put("a"));
  REQUIRE(world.KillAndOpen());
  CHECK(world->Get("a") == "v");
}

TEST_CASE("a batch for a replicated table that no entry brings is refused at the queue's front",
          "[learned-index]") {
  World world;
  WriteBatch batch;
  batch.Put("a", "v", {.table = kReplica});
  std::optional<FailedCondition> failed;
  SequenceNumber first = 0;
  CHECK(CodeOf(world.queue->Write(batch, false, 0, &failed, &first)) == "invalid argument");
}

TEST_CASE("entries of a table have their turns one after the other", "[learned-index]") {
  World world;
  {
    const auto turn = Must(world.Begin({1, kNow}));
    CHECK(CodeOf(world.Begin({2, kNow})) == "busy");
  }
  CHECK(Must(world.Begin({1, kNow}))->at() == Applied{1, kNow});
  REQUIRE(world.Apply(1, "x"));
  CHECK(Must(world.Begin({1, kNow}))->repeated());
  CHECK(Must(world.Begin({2, kNow - 7}))->at() == Applied{2, kNow});  // Time never goes back.
  CHECK(CodeOf(world.Begin({0, kNow})) == "invalid argument");
  CHECK(CodeOf(world.Begin({2, 0})) == "invalid argument");
}

TEST_CASE("a switch takes along how far the table has come, with entries or without",
          "[learned-index]") {
  World world;
  REQUIRE(world.Apply(1, "x"));
  REQUIRE(world.queue->SwitchMemTables());
  const auto& full = world->trees.full();
  REQUIRE(full.size() == 1);
  REQUIRE(full.back().applied.size() == 1);
  CHECK(full.back().applied.front().second == Applied{1, kNow});
  REQUIRE(world.queue->SwitchMemTables());
  CHECK(full.size() == 1);  // Nothing has come since.
  std::optional<FailedCondition> failed;
  SequenceNumber first = 0;
  REQUIRE(world.queue->Apply(WriteBatch(), *Must(world.Begin({2, kNow})), &failed, &first));
  REQUIRE(world.queue->SwitchMemTables());
  REQUIRE(full.size() == 2);
  CHECK(full.back().applied.front().second.index == 2);
  world.FlushAll();
  CHECK(world->versions.set().named_tables().at(kReplica.id).applied == Applied{2, kNow});
}

TEST_CASE("only a batch that every replica understands alike may be applied", "[learned-index]") {
  WriteBatch batch;
  batch.Put("a", "1", {.table = kReplica});
  batch.RequireValue("a", "0", kReplica);
  batch.RequireAbsent("b", kReplica);
  CHECK(CheckAppliedBatch(batch, kReplica));
  CHECK_FALSE(CheckAppliedBatch(batch, {2}));
  batch.RequireVersion("a", 1, kReplica);
  CHECK(Outcome(CheckAppliedBatch(batch, kReplica)) ==
        "invalid argument: applying an entry to a replicated table: key \"a\" has a condition on "
        "versions, which differ from replica to replica; ask for a value, or whether the key is "
        "there; nothing was applied");
}

}  // namespace
}  // namespace strata
