// Moments between backups: logs that were shipped, and stores restored by them.

#include <algorithm>

#include "backup/log_shipping.h"
#include "backup/plan.h"
#include "backup_world.h"
#include "base/random.h"
#include "strata/table.h"

namespace strata::testing {
namespace {

// A store that is restored to `sequence`.
Result<Model> At(BackupWorld& world, std::uint64_t sequence, const std::string& backup = "") {
  RestoreOptions how;
  how.backup = backup;
  how.sequence = sequence;
  static int copies = 0;
  return world.Restored("at" + std::to_string(++copies), how);
}

TEST_CASE("a store can be restored to each sequence that logs or a backup have",
          "[backup-and-restore]") {
  BackupWorld world;
  std::map<std::uint64_t, Model> history;
  const auto write = [&](const std::string& key, const std::string& value) {
    const Status done = value.empty() ? world.db().Delete(key) : world.db().Put(key, value);
    REQUIRE(done);
    history[world.db().DurableVersion()] = Must(ReadAll(world.db()));
  };
  write("a", "1");
  world.Make();
  Random random(7);
  for (int i = 0; i < 30; ++i) {
    write("k" + std::to_string(random.Uniform(5)), i % 7 == 6 ? "" : std::to_string(i));
    if (i % 4 == 3) CHECK_FALSE(Must(world.db().ShipLogs(kBackups)).hole_from);
    if (i == 15) world.Make({.logs = true});
  }
  CHECK(Must(world.db().ShipLogs(kBackups)).last == history.rbegin()->first);
  CHECK(history.size() == 31);
  for (const auto& [sequence, model] : history) {
    INFO(sequence);
    CHECK(Must(At(world, sequence)) == model);
  }
  // On top of the first backup, past the second one.
  CHECK(Must(At(world, history.rbegin()->first, "1")) == history.rbegin()->second);
  CHECK(CodeOf(At(world, history.rbegin()->first + 1)) == "not found");
  CHECK(CodeOf(At(world, 0)) == "not found");
}

TEST_CASE("a store that was restored by logs takes writes, and keeps them",
          "[backup-and-restore]") {
  BackupWorld world;
  world.Fill(0, 10);
  world.Make();
  REQUIRE(world.db().Put("k", "v"));
  const Model model = Must(ReadAll(world.db()));
  REQUIRE(world.db().ShipLogs(kBackups));
  const Environment there = world.environment();
  RestoreOptions how;
  how.sequence = world.db().DurableVersion();
  const RestoreInfo info = Must(RestoreOn(there, "new", how));
  CHECK(info.from.number == 1);
  CHECK(info.log_entries == 1);
  CHECK(info.sequence == *how.sequence);
  Options options = SmallTables();
  options.environment = &there;
  {
    const auto db = Must(DB::Open(options, "new"));
    CHECK(db->DurableVersion() == info.sequence);
    CHECK(Must(ReadAll(*db)) == model);
    REQUIRE(db->Put("own", "1"));
    CHECK(Must(db->Backup(kBackups, {})).number == 2);
    REQUIRE(db->Close());
  }
  CHECK(Must(ReadStore(there, "new")).size() == model.size() + 1);
  world.held[2] = Must(ReadStore(there, "new"));
  CHECK(Must(world.Restored("newer")) == world.held[2]);
  CHECK(Must(world.Restored("first", {.backup = "1"})) == world.held[1]);
}

TEST_CASE("a plan has the records on top of its backup, and no more", "[backup-and-restore]") {
  BackupWorld world;
  for (int i = 0; i < 4; ++i) {
    REQUIRE(world.db().Put("k", std::to_string(i)));
    if (i == 1) world.Make();
  }
  REQUIRE(world.db().ShipLogs(kBackups));
  const auto target = RepositoryOn(world.disk());
  RestoreOptions how;
  CHECK(Must(backup::MakePlan(*target, how)).records.empty());
  how.sequence = 3;
  const backup::Plan plan = Must(backup::MakePlan(*target, how));
  CHECK(plan.from.number == 1);
  CHECK(plan.sequence == 3);
  REQUIRE(plan.records.size() == 1);
  CHECK(plan.records[0].first == 3);
  how.time_us = 1;
  CHECK(CodeOf(backup::MakePlan(*target, how)) == "invalid argument");
}

TEST_CASE("writes that are in no log are a hole", "[backup-and-restore]") {
  BackupWorld world;
  const std::uint64_t stored = world.Make().sequence;
  const auto target = RepositoryOn(world.disk());
  backup::LogsOrigin origin;
  origin.store_id = Must(backup::ReadBackups(*target))[0].manifest->state.properties.store_id;
  origin.last = stored + 5;
  const ShippedLogs shipped = Must(backup::ShipLogs({}, origin, {}, *target));
  CHECK(shipped.first == 0);
  CHECK(shipped.hole_from == stored + 1);
}

TEST_CASE("a batch is restored as a whole or not", "[backup-and-restore]") {
  BackupWorld world;
  world.Make();
  WriteBatch batch;
  batch.Put("a", "1");
  batch.Put("b", "1");
  REQUIRE(world.db().Write(batch));
  REQUIRE(world.db().ShipLogs(kBackups));
  CHECK(Must(At(world, 1)).empty());
  CHECK(Must(At(world, 2)).size() == 2);
}

TEST_CASE("a moment is the last one that logs or a backup know by then", "[backup-and-restore]") {
  BackupWorld world;
  REQUIRE(world.db().Put("n", "1"));
  const std::uint64_t begin = world.Make().time_us;
  for (int i = 2; i <= 4; ++i) {
    world.store().clock().Advance(10'000'000);
    REQUIRE(world.db().Put("n", std::to_string(i)));
    REQUIRE(world.db().ShipLogs(kBackups));
  }
  const auto at = [&](std::uint64_t time_us) {
    RestoreOptions how;
    how.time_us = time_us;
    static int copies = 0;
    const auto found = world.Restored("then" + std::to_string(++copies), how);
    return found ? found->at("n") : CodeOf(found);
  };
  CHECK(at(begin - 1) == "not found");
  CHECK(at(begin) == "1");
  CHECK(at(begin + 9'999'999) == "1");
  CHECK(at(begin + 10'500'000) == "2");
  CHECK(at(begin + 20'500'000) == "3");
  CHECK(at(begin + 99'000'000) == "4");
}

TEST_CASE("where logs have a hole nothing is restored past it, and it is told",
          "[backup-and-restore]") {
  BackupWorld world;
  world.Fill(0, 10);
  const BackupInfo first = world.Make();
  REQUIRE(world.db().Put("lost", "1"));
  REQUIRE(world.db().Flush());  // Its log is gone.
  REQUIRE(world.db().Put("kept", "1"));
  const ShippedLogs shipped = Must(world.db().ShipLogs(kBackups));
  CHECK(shipped.hole_from == first.sequence + 1);
  CHECK(shipped.first == first.sequence + 2);
  const auto refused = At(world, shipped.last);
  CHECK(Outcome(refused).find("lack the writes from " + std::to_string(first.sequence + 1)) !=
        std::string::npos);
  CHECK(Must(At(world, first.sequence)) == world.held[1]);
  world.Make({.logs = true});
  CHECK(Must(world.Restored("new")) == world.held[2]);
}

TEST_CASE("logs are kept with the values that they point to", "[backup-and-restore]") {
  Options options = SmallTables();
  options.sync = SyncMode::kNone;
  options.direct_value_bytes = 300;
  options.direct_sync_bytes = 0;
  BackupWorld world(options);
  const std::uint64_t sequence = world.Make().sequence;
  REQUIRE(world.db().Put("large", std::string(5000, 'x'), {.ttl_us = 30'000'000}));
  REQUIRE(world.db().Put("small", "x"));
  const auto files = FilesOf(world.disk());
  CHECK(std::any_of(files.begin(), files.end(),
                    [](const std::string& path) { return path.ends_with(".blob"); }));
  CHECK_FALSE(Must(world.db().ShipLogs(kBackups)).hole_from);
  REQUIRE(world.db().Delete("large"));
  REQUIRE(world.db().CompactRange({}, {}));
  CHECK(Must(At(world, sequence + 2)).at("large") == std::string(5000, 'x'));
  world.store().clock().Advance(31'000'000);
  CHECK(Must(At(world, sequence + 2)).size() == 1);
}

TEST_CASE("logs don't lead across a table that came, went or was emptied", "[backup-and-restore]") {
  BackupWorld world;
  REQUIRE(world.db().Put("k", "1"));
  const std::uint64_t sequence = world.Make().sequence;
  REQUIRE(world.db().Put("k", "2"));
  REQUIRE(world.db().ShipLogs(kBackups));
  const TableRef table = Must(world.db().CreateTable("t", {}));
  REQUIRE(world.db().Put("in", "t", {.table = table}));
  REQUIRE(world.db().ShipLogs(kBackups));
  CHECK(Must(At(world, sequence + 1)).at("k") == "2");
  const auto refused = At(world, sequence + 2);
  CHECK(Outcome(refused).find("a table was created, dropped or emptied") != std::string::npos);
  world.Make();
  REQUIRE(world.db().Put("in", "t again", {.table = table}));
  REQUIRE(world.db().ShipLogs(kBackups));
  CHECK(Must(At(world, sequence + 3)).at("t/in") == "t again");
}

// What a power cut took from the store must not come back by logs that were shipped.
TEST_CASE("only durable writes are shipped", "[backup-and-restore]") {
  Options options = SmallTables();
  options.sync = SyncMode::kNone;
  BackupWorld world(options);
  world.Make();
  REQUIRE(world.db().Put("k", "1"));
  const ShippedLogs shipped = Must(world.db().ShipLogs(kBackups));
  CHECK(shipped.last == 1);
  CHECK(world.db().DurableVersion() >= 1);
  Random random(1);
  world.store().PowerCut(CrashKind::kNothingUnsynced, random);
  REQUIRE(world.store().Open());
  CHECK(Must(ReadAll(world.db())).at("k") == "1");
}

TEST_CASE("pruning keeps the logs from the oldest backup on, and no older ones",
          "[backup-and-restore]") {
  BackupWorld world;
  std::vector<std::uint64_t> ends;
  for (int i = 0; i < 3; ++i) {
    REQUIRE(world.db().Put("k", std::to_string(i)));
    REQUIRE(world.db().ShipLogs(kBackups));
    ends.push_back(world.Make().sequence);
  }
  REQUIRE(world.db().Put("k", "end"));
  REQUIRE(world.db().ShipLogs(kBackups));
  REQUIRE(PruneOn(world.disk(), 2));
  const auto logs = Must(backup::ListLogs(*RepositoryOn(world.disk())));
  REQUIRE(logs.size() == 2);
  CHECK(logs[0].last == ends[2]);
  CHECK(Must(At(world, ends[2] + 1, "2")).at("k") == "end");
}

TEST_CASE("logs with any byte damaged lead nowhere", "[backup-and-restore]") {
  BackupWorld world;
  const std::uint64_t sequence = world.Make().sequence;
  REQUIRE(world.db().Put("k", "1"));
  REQUIRE(world.db().ShipLogs(kBackups));
  const auto logs = Must(RepositoryOn(world.disk())->List("logs-"));
  REQUIRE(logs.size() == 1);
  const std::string path = JoinPath(kBackups, logs[0].name);
  const std::string bytes = Must(world.disk().Contents(path));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 4);
    world.disk().SetContents(path, damaged);
    INFO(i);
    CHECK(CodeOf(At(world, sequence + 1)) == "corruption");
  }
}

}  // namespace
}  // namespace strata::testing
