// Replicated tables: what each call of a store makes of entries that another log keeps.

#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "stats/counters.h"
#include "strata/table.h"
#include "strata/transaction.h"
#include "testing/results.h"
#include "testing/test_store.h"
#include "version/current_file.h"
#include "version/manifest.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::Must;
using testing::Outcome;
using testing::Scan;
using testing::TestStore;

constexpr std::uint64_t kNow = 5'000'000;

TableOptions Replicated(std::uint64_t ttl_us = 0) {
  TableOptions options;
  options.ttl_us = ttl_us;
  options.replicated = true;
  return options;
}

WriteBatch PutOf(TableRef table, std::string_view key, std::string_view value) {
  WriteBatch batch;
  batch.Put(key, value, {.table = table});
  return batch;
}

void KillAndOpen(TestStore& store) {
  store.Kill();
  REQUIRE(Outcome(store.TryOpen()) == "ok");
}

std::string CodeOfApply(TestStore& store, TableRef table, const WriteBatch& batch, Applied at) {
  return CodeOf(store->Apply(table, batch, at));
}

std::string IndexOf(DB& db, TableRef table) {
  const AppliedIndex index = Must(db.AppliedIndexOf(table));
  return std::to_string(index.applied) + "/" + std::to_string(index.durable);
}

std::string ScanOf(DB& db, TableRef table, std::uint64_t now_us = 0) {
  ReadOptions options;
  options.table = table;
  options.now_us = now_us;
  return Scan(db, options);
}

TEST_CASE("what is applied is seen, and durable with a flush", "[learned-index]") {
  TestStore store;
  const TableRef table = Must(store->CreateTable("t", Replicated()));
  CHECK(IndexOf(*store, table) == "0/0");
  const auto outcome = Must(store->Apply(table, PutOf(table, "a", "1"), {3, kNow}));
  CHECK((outcome.written() && outcome.version > 0 && !outcome.repeated));
  CHECK(ScanOf(*store, table) == "a=1 ");
  CHECK(IndexOf(*store, table) == "3/0");
  REQUIRE(store->Flush());
  CHECK(IndexOf(*store, table) == "3/3");
  REQUIRE(store->Apply(table, PutOf(table, "b", "2"), {4, kNow}));
  KillAndOpen(store);
  CHECK(IndexOf(*store, table) == "3/3");
  CHECK(ScanOf(*store, table) == "a=1 ");
  const TableInfo info = store->ListTables().back();
  CHECK((info.options.replicated && info.applied.durable == 3));
}

TEST_CASE("nothing of an entry goes into the store's log", "[learned-index]") {
  TestStore store;
  const TableRef table = Must(store->CreateTable("t", Replicated()));
  const std::uint64_t syncs = store->counters().Get(Counter::kWalSyncs);
  const std::uint64_t records = store->counters().Get(Counter::kWalRecords);
  for (std::uint64_t i = 1; i <= 20; ++i) {
    REQUIRE(store->Apply(table, PutOf(table, "k", std::string(5000, 'v')), {i, kNow}));
  }
  CHECK(store->counters().Get(Counter::kWalRecords) == records);
  CHECK(store->counters().Get(Counter::kWalSyncs) == syncs);
}

TEST_CASE("an index moves forward without entries, and over a condition that fails",
          "[learned-index]") {
  TestStore store;
  const TableRef table = Must(store->CreateTable("t", Replicated()));
  REQUIRE(store->Apply(table, WriteBatch(), {5, kNow}));
  CHECK(IndexOf(*store, table) == "5/0");
  REQUIRE(store->Flush());  // There is no entry, and no table to write.
  CHECK(IndexOf(*store, table) == "5/5");
  WriteBatch batch = PutOf(table, "a", "1");
  batch.RequirePresent("a", table);
  const auto outcome = Must(store->Apply(table, batch, {6, kNow}));
  CHECK((outcome.failed && outcome.version == 0));
  CHECK(IndexOf(*store, table) == "6/5");
  REQUIRE(store->Flush());
  KillAndOpen(store);
  CHECK(IndexOf(*store, table) == "6/6");
  CHECK(ScanOf(*store, table).empty());
}

TEST_CASE("an entry that was applied before changes nothing", "[learned-index]") {
  TestStore store;
  const TableRef table = Must(store->CreateTable("t", Replicated()));
  REQUIRE(store->Apply(table, PutOf(table, "a", "1"), {7, kNow}));
  for (const std::uint64_t index : {7, 3}) {
    CHECK(Must(store->Apply(table, PutOf(table, "a", "2"), {index, kNow})).repeated);
  }
  CHECK(ScanOf(*store, table) == "a=1 ");
  CHECK(IndexOf(*store, table) == "7/0");
}

TEST_CASE("what replicas would do differently is refused, and leaves the index",
          "[learned-index]") {
  TestStore store;
  const TableRef table = Must(store->CreateTable("t", Replicated()));
  const TableRef plain = Must(store->CreateTable("plain", {}));
  const auto code = [&](const WriteBatch& batch, Applied at = {1, kNow}) {
    return CodeOfApply(store, table, batch, at);
  };
  CHECK(code(PutOf(table, "a", "1"), {0, kNow}) == "invalid argument");
  CHECK(code(PutOf(table, "a", "1"), {1, 0}) == "invalid argument");
  CHECK(code(PutOf(plain, "a", "1")) == "invalid argument");
  CHECK(code(PutOf(kDefaultTable, "a", "1")) == "invalid argument");
  WriteBatch elsewhere = PutOf(table, "a", "1");
  elsewhere.RequireAbsent("a", plain);
  CHECK(code(elsewhere) == "invalid argument");
  WriteBatch version = PutOf(table, "a", "1");
  version.RequireVersion("a", 1, table);
  CHECK(code(version) == "invalid argument");
  WriteBatch unchanged = PutOf(table, "a", "1");
  unchanged.RequireRangeUnchanged("a", {}, 1, table);
  CHECK(code(unchanged) == "invalid argument");
  CHECK(code(PutOf(table, std::string(70'000, 'k'), "1")) == "invalid argument");
  CHECK(IndexOf(*store, table) == "0/0");
  CHECK(CodeOfApply(store, plain, PutOf(plain, "a", "1"), {1, kNow}) == "invalid argument");
  CHECK(CodeOfApply(store, {77}, WriteBatch(), {1, kNow}) == "not found");
  CHECK(CodeOf(store->AppliedIndexOf(plain)) == "invalid argument");
  CHECK(CodeOf(store->AppliedIndexOf({77})) == "not found");
}

TEST_CASE("a replicated table takes no other writes, nor transactions", "[learned-index]") {
  TestStore store;
  const TableRef table = Must(store->CreateTable("t", Replicated()));
  REQUIRE(store->Apply(table, PutOf(table, "a", "1"), {1, kNow}));
  WriteOptions options;
  options.table = table;
  const Status put = store->Put("a", "2", options);
  CHECK(Outcome(put) ==
        "invalid argument: table \"t\" is replicated: its entries come by Apply only, in the order "
        "of their log; no batch may write to it or have conditions on it; nothing was written");
  WriteBatch both = PutOf(table, "b", "2");
  both.Put("b", "2");
  CHECK(CodeOf(store->Write(both)) == "invalid argument");
  CHECK(Scan(*store).empty());
  const auto transaction = Must(store->Begin());
  std::string value;
  ReadOptions read;
  read.table = table;
  CHECK(Must(transaction->Get("a", &value, read)));
  CHECK(value == "1");
  REQUIRE(transaction->Put("seen", value));
  CHECK(CodeOf(transaction->Commit({})) == "invalid argument");
  CHECK(Scan(*store).empty());
  CHECK(ScanOf(*store, table) == "a=1 ");
}

TEST_CASE("an entry is judged by its own clock, and time never goes back", "[learned-index]") {
  TestStore store;
  store.clock().Advance(1'000'000'000);  // All of it has passed by the store's clock.
  const TableRef table = Must(store->CreateTable("t", Replicated(/*ttl_us=*/1000)));
  ReadOptions read;
  read.table = table;
  REQUIRE(store->Apply(table, PutOf(table, "a", "1"), {1, kNow}));
  CHECK(Must(store->GetEntry("a", read))->expires_at_us == kNow + 1000);
  const auto if_absent = [&](std::uint64_t index, std::uint64_t now_us) {
    WriteBatch batch = PutOf(table, "a", std::to_string(index));
    batch.RequireAbsent("a", table);
    return Must(store->Apply(table, batch, {index, now_us})).written();
  };
  CHECK_FALSE(if_absent(2, kNow + 999));
  CHECK(if_absent(3, kNow + 1000));
  CHECK(ScanOf(*store, table) == "a=3 ");
  CHECK(ScanOf(*store, table, kNow + 2000).empty());
  CHECK_FALSE(if_absent(4, kNow + 1500));
  REQUIRE(store->Apply(table, PutOf(table, "b", "5"), {5, 1}));
  CHECK(Must(store->GetEntry("b", read))->expires_at_us == kNow + 2500);
  // All of a MultiGet's tables are judged by their own clocks.
  REQUIRE(store->Put("a", "default", {.ttl_us = 1}));
  store.clock().Advance(10);
  const TableKey keys[] = {{table, "a"}, {kDefaultTable, "a"}};
  const auto found = Must(store->MultiGet(keys, ReadOptions{}));
  CHECK((found[0].found && !found[1].found));
}

TEST_CASE("a merge drops what has expired by the last entry that is durable, and no more",
          "[learned-index]") {
  TestStore store({.compaction = CompactionStyle::kLeveled});
  store.clock().Advance(1'000'000'000);
  const TableRef table = Must(store->CreateTable("t", Replicated(/*ttl_us=*/1000)));
  const auto entries = [&] { return store->ListTables().back().entries; };
  REQUIRE(store->Apply(table, PutOf(table, "a", "1"), {1, kNow}));
  REQUIRE(store->Flush());
  REQUIRE(store->Apply(table, WriteBatch(), {2, kNow + 5000}));
  REQUIRE(store->WaitForCompactions());
  CHECK(entries() == 1);
  // In a crash entry 2 is lost; another may then come first, to which "a" is there.
  KillAndOpen(store);
  CHECK(ScanOf(*store, table) == "a=1 ");
  REQUIRE(store->Apply(table, WriteBatch(), {2, kNow + 5000}));
  REQUIRE(store->CompactTable(table, {}, {}));  // Which flushes.
  CHECK(entries() == 0);
}

TEST_CASE("dropping a replicated table ends it, and one of that name begins anew",
          "[learned-index]") {
  TestStore store;
  const TableRef first = Must(store->CreateTable("t", Replicated()));
  REQUIRE(store->Apply(first, PutOf(first, "a", "1"), {9, kNow}));
  REQUIRE(store->DropTable("t"));
  CHECK(CodeOfApply(store, first, PutOf(first, "a", "1"), {10, kNow}) == "not found");
  const TableRef second = Must(store->CreateTable("t", Replicated()));
  CHECK(IndexOf(*store, second) == "0/0");
  REQUIRE(store->Apply(second, PutOf(second, "b", "2"), {1, kNow}));
  REQUIRE(store->Flush());
  store.Reopen();
  CHECK(ScanOf(*store, second) == "b=2 ");
}

TEST_CASE("a copy of a store has its replicated tables as of the entries it says",
          "[learned-index]") {
  TestStore store;
  const TableRef table = Must(store->CreateTable("t", Replicated()));
  REQUIRE(store->Apply(table, PutOf(table, "a", "1"), {1, kNow}));
  REQUIRE(store->Checkpoint("copy"));
  REQUIRE(store->Apply(table, PutOf(table, "b", "2"), {2, kNow}));
  const auto copy = Must(DB::Open(store.options(), "copy"));
  CHECK(IndexOf(*copy, table) == "1/1");
  CHECK(ScanOf(*copy, table) == "a=1 ");
  REQUIRE(copy->Apply(table, PutOf(table, "b", "other"), {2, kNow}));
  CHECK(ScanOf(*copy, table) == "a=1 b=other ");
}

TEST_CASE("a store that is only read tells how far its replicated tables are", "[learned-index]") {
  TestStore store;
  const TableRef table = Must(store->CreateTable("t", Replicated()));
  REQUIRE(store->Apply(table, PutOf(table, "a", "1"), {1, kNow}));
  REQUIRE(store->Flush());
  REQUIRE(store->Close());
  Options options = store.options();
  options.read_only = true;
  const auto reader = Must(DB::Open(options, TestStore::kDirectory));
  CHECK(IndexOf(*reader, table) == "1/1");
  CHECK(ScanOf(*reader, table) == "a=1 ");
  CHECK(CodeOf(reader->Apply(table, WriteBatch(), {2, kNow})) == "read-only");
}

TEST_CASE("closing leaves out what no flush came to, and sequences are never given twice",
          "[learned-index]") {
  TestStore store;
  const TableRef table = Must(store->CreateTable("t", Replicated()));
  REQUIRE(store->Put("a", "1"));
  REQUIRE(store->Apply(table, PutOf(table, "b", "2"), {1, kNow}));
  const std::uint64_t last = store->Stats().last_sequence;
  store.Reopen();
  CHECK(IndexOf(*store, table) == "0/0");
  CHECK(store->Stats().last_sequence == last);
  REQUIRE(store->Put("c", "3"));
  store.Reopen();
  CHECK(Scan(*store) == "a=1 c=3 ");
  REQUIRE(store->VerifyAll());
}

TEST_CASE("a sync, and being told of one, is about the store's own log", "[learned-index]") {
  Options options;
  options.sync = SyncMode::kNone;
  TestStore store(options);
  const TableRef table = Must(store->CreateTable("t", Replicated()));
  const auto outcome = Must(store->Apply(table, PutOf(table, "a", "1"), {1, kNow}));
  REQUIRE(store->Sync());
  REQUIRE(store->WaitDurable(outcome.version));
  CHECK(IndexOf(*store, table) == "1/0");
  Random random(1);
  store.PowerCut(CrashKind::kEverything, random);
  REQUIRE(store.TryOpen());
  CHECK(IndexOf(*store, table) == "0/0");
}

TEST_CASE("logs are found whole around entries that have no record", "[learned-index]") {
  for (const SyncMode sync : {SyncMode::kAlways, SyncMode::kNone}) {
    Options options;
    options.sync = sync;
    TestStore store(options);
    const TableRef table = Must(store->CreateTable("t", Replicated()));
    std::uint64_t index = 0;
    const auto apply = [&] {
      ++index;
      REQUIRE(store->Apply(table, PutOf(table, "r", std::to_string(index)), {index, kNow}));
    };
    // Logs that begin, end, or consist of nothing but such entries, none flushed before the kill.
    for (int round = 0; round < 3; ++round) {
      apply();
      REQUIRE(store->Put("a" + std::to_string(round), "1"));
      apply();
      KillAndOpen(store);
      apply();
      KillAndOpen(store);
      apply();
      REQUIRE(store->Put("b" + std::to_string(round), "2"));
      store.Reopen();
    }
    CHECK(Scan(*store) == "a0=1 a1=1 a2=1 b0=2 b1=2 b2=2 ");
    REQUIRE(store->VerifyAll());
  }
}

TEST_CASE("what is written after a switch without a write survives a kill", "[learned-index]") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Options options;
    options.sync = SyncMode::kNone;
    TestStore store(options, seed);
    REQUIRE(store->Put("a", "1"));
    store.Reopen();  // The log is kept, and the new one stays empty.
    std::unique_ptr<MemoryFileSystem> image;
    store.executor().ScheduleAfter(0, [&] {
      REQUIRE(store->Put("b", "2"));
      image = store.disk().Clone();
      return Step::kDone;
    });
    REQUIRE(store->Flush());
    if (image == nullptr) continue;
    Environment environment = *store.options().environment;
    environment.files = image.get();
    options.environment = &environment;
    CHECK(Scan(*Must(DB::Open(options, TestStore::kDirectory))) == "a=1 b=2 ");
  }
}

TEST_CASE("older programs are told not to open a store with a replicated table",
          "[learned-index]") {
  TestStore store;
  REQUIRE(store->CreateTable("plain", {}));
  const auto features = [&] {
    FileSystem& files = store.disk();
    const CurrentManifest current = Must(ReadCurrent(files, TestStore::kDirectory));
    const std::string path = JoinPath(TestStore::kDirectory, ManifestFileName(current.number));
    const std::string contents = Must(store.disk().Contents(path));
    return Must(ReadManifest(contents, current.synced_bytes)).properties.features;
  };
  CHECK(features().size() == 1);
  REQUIRE(store->CreateTable("t", Replicated()));
  CHECK(features().back() == kReplicatedFeature);
}

TEST_CASE("a replicated table can't have what goes by each store's clock", "[learned-index]") {
  TestStore store;
  TableOptions fifo = Replicated();
  fifo.compaction = CompactionStyle::kFifo;
  CHECK(CodeOf(store->CreateTable("t", fifo)) == "invalid argument");
  TableOptions deadline = Replicated();
  deadline.delete_deadline_us = 1'000'000;
  CHECK(CodeOf(store->CreateTable("t", deadline)) == "invalid argument");
  REQUIRE(store->CreateTable("t", Replicated()));
  REQUIRE(store->Close());
  Options options = store.options();
  options.compaction = CompactionStyle::kFifo;
  const auto opened = DB::Open(options, TestStore::kDirectory);
  CHECK(CodeOf(opened) == "invalid argument");
}

}  // namespace
}  // namespace strata
