// Named tables and entries that expire, under crashes: every file operation of a workload that
// creates and drops tables is a place where the power goes; and random lives of stores with clocks
// that move, compared with a model that knows what has expired.

#include <catch2/catch.hpp>

#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "reliability/workloads.h"
#include "stats/counters.h"
#include "testing/ledger.h"

namespace strata::testing {
namespace {

// Writes changes to one table; the history has their keys as "table/key".
Status WriteTo(StoreWorld& world, History& history, const std::string& table, TableRef ref,
               int version, Random& random) {
  Changes changes;
  WriteBatch batch;
  for (std::uint64_t i = 0; i <= random.Uniform(3); ++i) {
    const std::string key = "key" + std::to_string(random.Uniform(10));
    const std::string value = std::to_string(version) + std::string(random.Uniform(200), 'v');
    batch.Put(key, value, {.table = ref});
    changes.push_back({table + "/" + key, value});
    batch.Put("copy" + key, value);
    changes.push_back({"copy" + key, value});
  }
  history.Issue(std::move(changes));
  STRATA_TRY(world->Write(batch));
  history.Acknowledge(/*durable=*/true);
  return {};
}

Status Drop(StoreWorld& world, History& history, const std::string& table) {
  Changes changes;
  for (const auto& [key, value] : history.now()) {
    if (key.starts_with(table + "/")) changes.push_back({key, std::nullopt});
  }
  history.Issue(std::move(changes));
  STRATA_TRY(world->DropTable(table));
  history.Acknowledge(/*durable=*/true);
  return {};
}

TEST_CASE("tables come and go whole wherever the power is cut", "[tables][long]") {
  const auto workload = [](StoreWorld& world, History& history, FileSystem* files) -> Status {
    Random random(7);
    std::map<std::string, TableRef> tables;
    for (int i = 1; i <= 40; ++i) {
      if (i % 10 == 1) {
        const std::string name = "t" + std::to_string(i);
        STRATA_TRY_ASSIGN(tables[name], world->CreateTable(name, {}));
      }
      for (const auto& [name, ref] : tables) {
        STRATA_TRY(WriteTo(world, history, name, ref, i, random));
      }
      if (i % 7 == 3) STRATA_TRY(world->Flush());
      if (i % 15 == 14) {
        STRATA_TRY(Drop(world, history, tables.begin()->first));
        tables.erase(tables.begin());
      }
      if (i % 4 == 1) world.executor().RunOne();
      if (i % 18 == 0) {
        STRATA_TRY(world.Close());
        STRATA_TRY(world.Open(files));
      }
    }
    return world->WaitForCompactions();
  };
  Ledger ledger("crash points, tables");
  const CrashSweepOptions options{.store = TinyStore(SyncMode::kAlways),
                                  .seed = 7,
                                  .every = 2 * ScaledStride(),
                                  .nested_every = 60,
                                  .depth = 2};
  const CrashReport report = SweepCrashPoints(options, workload);
  ledger.Add("crash_images", report.images);
  ledger.Add("nested_images", report.nested_images);
  for (const std::string& failure : report.failures) FAIL_CHECK(failure);
  CHECK(ledger.Shortfall("crash_images", 500) == "");
}

struct Row {
  std::string value;
  std::uint64_t expires_at_us = 0;
};
using Rows = std::map<std::string, Row>;

std::string Live(const Rows& rows, std::uint64_t now) {
  std::string out;
  for (const auto& [key, row] : rows) {
    if (row.expires_at_us == 0 || row.expires_at_us > now) out += key + "=" + row.value + " ";
  }
  return out;
}

// One random life. Everything is acknowledged durable, so a crash takes nothing.
void Live(std::uint64_t seed, Ledger* ledger) {
  INFO("seed " << seed);
  Random random(seed);
  Options options = TinyStore(SyncMode::kAlways);
  StoreWorld world(NewMemoryFileSystem(), options, seed);
  REQUIRE(world.Open());
  world.clock().Advance(1'000'000);
  std::map<std::uint32_t, Rows> model = {{0, {}}};
  std::map<std::uint32_t, TableOptions> tables;
  for (int i = 0; i < 3; ++i) {
    const TableOptions table{.ttl_us = random.OneIn(2) ? random.Uniform(50'000) : 0,
                             .delete_deadline_us = random.OneIn(2) ? 40'000ULL : 0};
    const auto ref = world->CreateTable("t" + std::to_string(i), table);
    REQUIRE(ref);
    tables[ref->id] = table;
    model[ref->id];
  }
  const auto check = [&] {
    const std::uint64_t now = world.clock().WallMicros();
    for (const auto& [id, rows] : model) {
      std::string forward;
      const auto iterator = world->NewIterator({.table = {id}});
      REQUIRE(iterator);
      for (Status moved = (*iterator)->SeekToFirst(); (*iterator)->Valid();
           moved = (*iterator)->Next()) {
        REQUIRE(moved);
        forward += std::string((*iterator)->key()) + "=" + std::string((*iterator)->value()) + " ";
      }
      REQUIRE(forward == Live(rows, now));
    }
    ledger->Add("scans", model.size());
  };
  for (int step = 0; step < 300; ++step) {
    WriteBatch batch;
    for (auto& [id, rows] : model) {
      const std::string key = "key" + std::to_string(random.Uniform(20));
      if (random.OneIn(5)) {
        batch.Delete(key, {.table = {id}});
        rows.erase(key);
        continue;
      }
      const std::uint64_t now = world.clock().WallMicros();
      Row row{std::to_string(step), random.OneIn(3) ? now + 1 + random.Uniform(30'000) : 0};
      batch.Put(key, row.value, {{id}, row.expires_at_us});
      const std::uint64_t ttl = id == 0 ? 0 : tables[id].ttl_us;
      if (row.expires_at_us == 0 && ttl != 0) row.expires_at_us = now + ttl;
      rows[key] = row;
    }
    REQUIRE(world->Write(batch));
    if (random.OneIn(3)) world.clock().Advance(random.Uniform(5'000));
    for (std::uint64_t i = random.Uniform(3); i > 0; --i) world.executor().RunOne();
    if (random.OneIn(20)) REQUIRE(world->Flush());
    if (random.OneIn(40)) REQUIRE(world->WaitForCompactions());
    if (random.OneIn(5)) check();
    if (random.OneIn(60)) {
      if (random.OneIn(2)) {
        world.Kill();
      } else {
        world.PowerCut(CrashKind::kRandomSubset, random);
      }
      REQUIRE(world.Open());
      ledger->Add("crashes", 1);
      check();
    }
  }
  ledger->Add("expired_unread", world->counters().Get(Counter::kTablesExpiredUnread));
  ledger->Add("expired", world->counters().Get(Counter::kEntriesExpired));
  REQUIRE(world->VerifyAll());
}

TEST_CASE("stores with tables and expiry agree with a model through time and crashes",
          "[expiry][long]") {
  Ledger ledger("simulation, tables and expiry");
  for (std::uint64_t seed = 1; seed <= Scaled(40); ++seed) Live(seed, &ledger);
  CHECK(ledger.Shortfall("crashes", 50) == "");
  CHECK(ledger.Shortfall("expired", 50) == "");
}

}  // namespace
}  // namespace strata::testing
