// A damaged store is copied: all that is whole is in the new one, and what isn't is told.

#include "strata/repair.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "blob/blob_format.h"
#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"
#include "testing/blob_stores.h"
#include "testing/damaging.h"
#include "testing/results.h"
#include "testing/store_world.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::CutOff;
using testing::DamageByte;
using testing::FilesEnding;
using testing::Model;
using testing::Must;
using testing::Outcome;
using testing::ReadAll;
using testing::StoreWorld;
using testing::TestStore;

constexpr const char* kTarget = "new";

std::string KeyOf(int n) {
  return "key" + std::to_string(100'000 + n);
}

Options SmallBlocks() {
  return {.block_bytes = 128,
          .block_cache_bytes = 0,
          .compression = Compression::kNone,
          .compaction = CompactionStyle::kNone,
          .rest_us = 0,
          .blob_threshold = 100,
          .direct_value_bytes = 0};
}

// A closed store on a disk in memory, and what was written to it.
struct Patient {
  explicit Patient(const Options& options = SmallBlocks())
      : world(NewMemoryFileSystem(), options, 1) {
    REQUIRE(world.Open());
  }

  void Put(const std::string& key, const std::string& value) {
    REQUIRE(world->Put(key, value));
    model[key] = value;
    everything[key].push_back(value);
  }
  void Delete(const std::string& key) {
    REQUIRE(world->Delete(key));
    model.erase(key);
  }
  void PutAll(int from, int to, const std::string& value) {
    for (int i = from; i < to; ++i) Put(KeyOf(i), value + std::to_string(i));
  }
  void Flush() { REQUIRE(world->Flush()); }
  void Close() { REQUIRE(world.Close()); }

  Result<RepairReport> Repair() {
    Environment environment{.files = &world.disk(),
                            .clock = &world.clock(),
                            .executor = &world.executor(),
                            .entropy = SeededEntropy(9)};
    Options options = world.options();
    options.environment = &environment;
    return RepairStore(options, StoreWorld::kDirectory, kTarget);
  }

  // All that the new store holds; it verifies, takes a write, and opens again.
  Model Copy() {
    TestStore copy(world.options(), 5, TestStore::Start::kClosed);
    for (const std::string& name : Must(world.disk().List(kTarget))) {
      copy.disk().SetContents(JoinPath(TestStore::kDirectory, name),
                              *world.disk().Contents(JoinPath(kTarget, name)));
    }
    const Status opened = copy.TryOpen();
    INFO(Outcome(opened));
    REQUIRE(opened);
    CHECK(Outcome(copy->VerifyAll()) == "ok");
    Model found = Must(ReadAll(*copy));
    CHECK(copy->Put("zz written after", "1"));
    copy.Reopen();
    CHECK(copy.Get("zz written after") == "1");
    CHECK(copy->Delete("zz written after"));
    CHECK(Must(ReadAll(*copy)) == found);
    return found;
  }

  std::string File(std::string_view suffix, std::size_t n = 0) {
    const auto files = FilesEnding(world.disk(), suffix);
    REQUIRE(files.size() > n);
    return files[n];
  }

  StoreWorld world;
  Model model;
  std::map<std::string, std::vector<std::string>> everything;  // Each value that a key ever had.
};

bool IsLost(const RepairReport& report, const std::string& key) {
  return std::any_of(report.lost.begin(), report.lost.end(), [&](const LostRange& range) {
    return (!range.first || *range.first <= key) && (!range.last || key <= *range.last);
  });
}

// Keys outside of the ranges that are told have what they had. A key within has what it had, or
// nothing; or, where the report says so, what it had before.
void CheckCopy(Patient& patient, const RepairReport& report) {
  const Model copy = patient.Copy();
  std::map<std::string, bool> keys;
  for (const auto& [key, _] : patient.everything) keys[key] = true;
  for (const auto& [key, _] : copy) keys[key] = true;
  for (const auto& [key, _] : keys) {
    const auto is = copy.find(key);
    const auto should = patient.model.find(key);
    const bool same = (is == copy.end()) == (should == patient.model.end()) &&
                      (is == copy.end() || is->second == should->second);
    if (same) continue;
    INFO(key);
    CHECK(IsLost(report, key));
    if (is == copy.end()) continue;
    const auto& had = patient.everything[key];
    CHECK(std::count(had.begin(), had.end(), is->second) > 0);
    const bool told =
        std::any_of(report.lost.begin(), report.lost.end(), [&, k = key](const LostRange& range) {
          return range.older_may_show && (!range.first || *range.first <= k) &&
                 (!range.last || k <= *range.last);
        });
    CHECK(told);
  }
}

// Three tables over each other, a blob file, and a log with entries of its own.
void Fill(Patient& patient) {
  patient.PutAll(0, 200, "one");
  patient.Flush();
  patient.PutAll(100, 300, "two");
  for (int i = 20; i < 30; ++i) patient.Put(KeyOf(i), std::string(150, 'b') + std::to_string(i));
  for (int i = 0; i < 10; ++i) patient.Delete(KeyOf(i));
  patient.Flush();
  patient.PutAll(250, 320, "three");
  patient.Flush();
  patient.PutAll(310, 330, "in the log");
  for (int i = 10; i < 15; ++i) patient.Delete(KeyOf(i));
}

TEST_CASE("a store that is whole is copied whole, and nothing is told as lost",
          "[scrub-and-repair]") {
  Patient patient;
  Fill(patient);
  patient.Close();
  const RepairReport report = Must(patient.Repair());
  CHECK(report.lost.empty());
  CHECK(report.manifest_whole);
  CHECK(report.tables_read == 3);
  CHECK(report.entries == patient.model.size());
  CHECK(patient.Copy() == patient.model);
}

TEST_CASE("named tables, their options, expiry and truncation are copied", "[scrub-and-repair]") {
  TestStore store(SmallBlocks());
  const TableRef kept =
      Must(store->CreateTable("kept", {.ttl_us = 3'600'000'000, .empty_value_deletes = true}));
  const TableRef gone = Must(store->CreateTable("gone", {}));
  for (const TableRef table : {kept, gone, kDefaultTable}) {
    REQUIRE(store->Put("a", "1", {.table = table}));
    REQUIRE(store->Put("b", std::string(200, 'b'), {.table = table}));
  }
  REQUIRE(store->Flush());
  REQUIRE(store->Put("c", "3", {.table = kept}));
  REQUIRE(store->Put("expires", "4", {.ttl_us = 5'000'000}));
  REQUIRE(store->DropTable("gone"));
  REQUIRE(store->Close());
  const bool lose_manifest = GENERATE(false, true);
  if (lose_manifest) DamageByte(store.disk(), FilesEnding(store.disk(), "CURRENT").front(), 3);

  Environment environment{.files = &store.disk(),
                          .clock = &store.clock(),
                          .executor = &store.executor(),
                          .entropy = SeededEntropy(9)};
  Options options = store.options();
  options.environment = &environment;
  const RepairReport report = Must(RepairStore(options, "db", kTarget));
  CHECK(report.manifest_whole == !lose_manifest);
  const auto copy = Must(DB::Open(options, kTarget));
  const auto tables = copy->ListTables();
  REQUIRE(tables.size() == 2);
  CHECK(tables[1].name == "kept");
  CHECK(tables[1].options.ttl_us == 3'600'000'000);
  CHECK(tables[1].options.empty_value_deletes);
  std::string value;
  CHECK(Must(copy->Get("c", &value, {.table = tables[1].ref})));
  CHECK(Must(copy->Get("b", &value, {.table = tables[1].ref})));
  CHECK(value == std::string(200, 'b'));
  CHECK(Must(copy->Get("expires", &value)));
  store.clock().Advance(6'000'000);
  CHECK_FALSE(Must(copy->Get("expires", &value)));
  CHECK(Must(copy->Get("a", &value)));
  CHECK(Must(copy->CreateTable("next", {})).id > gone.id);
}

TEST_CASE("what was truncated doesn't come back", "[scrub-and-repair]") {
  Patient patient;
  patient.PutAll(0, 20, "old");
  patient.Flush();
  patient.PutAll(20, 40, "old");
  REQUIRE(patient.world->TruncateTable("default"));
  patient.model.clear();
  patient.PutAll(10, 12, "new");
  patient.Close();
  CHECK(Must(patient.Repair()).lost.empty());
  CHECK(patient.Copy() == patient.model);
}

TEST_CASE("a flipped block costs its own keys, and the report says which", "[scrub-and-repair]") {
  for (const std::size_t table : {0U, 1U, 2U}) {
    Patient patient;
    Fill(patient);
    patient.Close();
    DamageByte(patient.world.disk(), patient.File(".sst", table), 700);
    const RepairReport report = Must(patient.Repair());
    REQUIRE(report.lost.size() == 1);
    const LostRange& lost = report.lost.front();
    CHECK(patient.File(".sst", table).ends_with(lost.file));
    CHECK(lost.table == "default");
    CHECK(lost.what.find("bad checksum") != std::string::npos);
    int keys = 0;
    for (int i = 0; i < 330; ++i) keys += IsLost(report, KeyOf(i)) ? 1 : 0;
    CHECK(keys > 0);
    CHECK(keys < 12);
    // Below the oldest table there is nothing older.
    CHECK(lost.older_may_show == (table != 0));
    CheckCopy(patient, report);
    CHECK(patient.Copy().size() + 12 > patient.model.size());
  }
}

TEST_CASE("a table without its index, its filter or its footer is read all the same",
          "[scrub-and-repair]") {
  for (const std::size_t from_end : {10U, 96U + 10U, 96U + 400U, 96U + 800U}) {
    Patient patient;
    Fill(patient);
    patient.Close();
    const std::string table = patient.File(".sst", 1);
    const std::size_t size = patient.world.disk().Contents(table)->size();
    DamageByte(patient.world.disk(), table, size - from_end);
    const RepairReport report = Must(patient.Repair());
    CAPTURE(from_end);
    CHECK(report.lost.empty());
    CHECK(patient.Copy() == patient.model);
  }
}

TEST_CASE("of a table that is cut short the blocks before the cut are copied",
          "[scrub-and-repair]") {
  Patient patient;
  Fill(patient);
  patient.Close();
  const std::string table = patient.File(".sst", 0);
  CutOff(patient.world.disk(), table, 2'000);
  const RepairReport report = Must(patient.Repair());
  REQUIRE(report.lost.size() == 1);
  CHECK_FALSE(IsLost(report, KeyOf(20)));
  CHECK(IsLost(report, KeyOf(199)));
  CheckCopy(patient, report);
}

TEST_CASE("a missing table is told with all its keys", "[scrub-and-repair]") {
  Patient patient;
  Fill(patient);
  patient.Close();
  REQUIRE(patient.world.disk().Remove(patient.File(".sst", 2)));
  const RepairReport report = Must(patient.Repair());
  REQUIRE(report.lost.size() == 1);
  CHECK(report.lost[0].first == KeyOf(250));
  CHECK(report.lost[0].last == KeyOf(319));
  CHECK(report.lost[0].older_may_show);
  CheckCopy(patient, report);
}

TEST_CASE(
    "of a missing or damaged blob file the keys are told, and no older value takes their "
    "place",
    "[scrub-and-repair]") {
  for (const bool missing : {true, false}) {
    Patient patient;
    Fill(patient);
    patient.Close();
    const std::string blob = patient.File(".blob");
    if (missing) {
      REQUIRE(patient.world.disk().Remove(blob));
    } else {
      DamageByte(patient.world.disk(), blob, 200);
    }
    const RepairReport report = Must(patient.Repair());
    CHECK(report.lost.size() == (missing ? 10 : 1));
    for (const LostRange& lost : report.lost) {
      CHECK(lost.first == lost.last);
      CHECK_FALSE(lost.older_may_show);
    }
    CheckCopy(patient, report);
    const Model copy = patient.Copy();
    CHECK(copy.size() == patient.model.size() - report.lost.size());
  }
}

TEST_CASE("records of a log are copied from before and from behind damage", "[scrub-and-repair]") {
  Patient patient;
  for (int i = 0; i < 30; ++i) patient.Put(KeyOf(i), "v" + std::to_string(i));
  patient.Close();
  const std::string log = patient.File(".wal");
  DamageByte(patient.world.disk(), log, patient.world.disk().Contents(log)->size() / 2);
  CHECK(CodeOf(patient.world.Open()) == "corruption");  // By itself a store refuses it.
  const RepairReport report = Must(patient.Repair());
  REQUIRE(report.lost.size() == 1);
  CHECK(log.ends_with(report.lost[0].file));
  CHECK_FALSE(report.lost[0].first.has_value());  // Whatever the record was about.
  CHECK(report.lost[0].older_may_show);
  const Model copy = patient.Copy();
  CHECK(copy.size() == 29);
  CHECK(copy.contains(KeyOf(0)));
  CHECK(copy.contains(KeyOf(29)));
  CheckCopy(patient, report);
}

TEST_CASE("a log that is missing is told", "[scrub-and-repair]") {
  Patient patient;
  Fill(patient);
  patient.Close();
  const auto logs = FilesEnding(patient.world.disk(), ".wal");
  for (const std::string& log : logs) REQUIRE(patient.world.disk().Remove(log));
  const RepairReport report = Must(patient.Repair());
  REQUIRE_FALSE(report.lost.empty());
  CHECK(report.lost[0].what.find("missing") != std::string::npos);
  CheckCopy(patient, report);
}

TEST_CASE("without CURRENT or a manifest every file that is found is read, and the newest counts",
          "[scrub-and-repair]") {
  for (const char* kind : {"CURRENT", "MANIFEST", "both", "damaged"}) {
    Patient patient;
    Fill(patient);
    patient.Close();
    const std::string manifest = patient.File("MANIFEST");
    const std::string gone = kind;
    if (gone == "CURRENT" || gone == "both") {
      REQUIRE(patient.world.disk().Remove(patient.File("CURRENT")));
    }
    if (gone == "MANIFEST" || gone == "both") REQUIRE(patient.world.disk().Remove(manifest));
    if (gone == "damaged") DamageByte(patient.world.disk(), manifest, 150);
    CAPTURE(gone);
    const RepairReport report = Must(patient.Repair());
    CHECK_FALSE(report.manifest_whole);
    CHECK(report.tables_read == 3);
    REQUIRE(report.lost.size() == 1);
    CHECK(report.lost[0].older_may_show);  // One can't know what else was deleted.
    CHECK(patient.Copy() == patient.model);
  }
}

TEST_CASE("the damaged store stays as it is, and the new one must be empty", "[scrub-and-repair]") {
  Patient patient;
  Fill(patient);
  patient.Close();
  DamageByte(patient.world.disk(), patient.File(".sst"), 700);
  const auto snapshot = [&] {
    std::map<std::string, std::string> files;
    for (const std::string& path : FilesEnding(patient.world.disk(), "")) {
      files[path] = *patient.world.disk().Contents(path);
    }
    return files;
  };
  const auto before = snapshot();
  patient.world.disk().SetContents("new/notes", "mine");
  const auto refused = patient.Repair();
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == ErrorCode::kInvalidArgument);
  CHECK(refused.error().message().find("notes") != std::string::npos);
  CHECK(Must(patient.world.disk().Contents("new/notes")) == "mine");
  REQUIRE(patient.world.disk().Remove("new/notes"));
  CHECK(patient.Repair());
  CHECK(snapshot() == before);
}

TEST_CASE("a store that is open isn't repaired, nor a directory without one",
          "[scrub-and-repair]") {
  Patient patient;
  patient.Put("a", "1");
  CHECK(CodeOf(patient.Repair()) == "busy");
  patient.Close();
  Environment environment{.files = &patient.world.disk(),
                          .clock = &patient.world.clock(),
                          .executor = &patient.world.executor(),
                          .entropy = SeededEntropy(9)};
  Options options = patient.world.options();
  options.environment = &environment;
  CHECK(CodeOf(RepairStore(options, "nowhere", kTarget)) == "not found");
  REQUIRE(patient.world.disk().CreateDirectories("empty"));
  CHECK(CodeOf(RepairStore(options, "empty", kTarget)) == "not found");
  CHECK_FALSE(*patient.world.disk().Exists(kTarget));
}

TEST_CASE("a repair that fails or is cut off leaves the old store, and no half of a new one",
          "[scrub-and-repair]") {
  Patient patient;
  Fill(patient);
  patient.Close();
  DamageByte(patient.world.disk(), patient.File(".sst"), 700);
  const auto sound = patient.world.disk().Clone();
  for (std::uint64_t n = 0;; ++n) {
    const auto disk = sound->Clone();
    const auto faults = NewFaultyFileSystem(*disk);
    const bool crash = n % 2 == 1;
    faults->SetPlan({.fail_at = n, .fault = Fault::kEio, .sticky = false, .crash = crash});
    Environment environment{.files = faults.get(),
                            .clock = &patient.world.clock(),
                            .executor = &patient.world.executor(),
                            .entropy = SeededEntropy(9)};
    Options options = patient.world.options();
    options.environment = &environment;
    const auto repaired = RepairStore(options, "db", kTarget);
    if (!faults->fired()) break;
    CAPTURE(n);
    for (const std::string& path : FilesEnding(*sound, "")) {
      CHECK(*disk->Contents(path) == *sound->Contents(path));
    }
    environment.files = disk.get();
    const auto left = disk->List(kTarget);
    if (repaired || !left || left->empty()) continue;
    // What was cut off is refused as a target, and is no store, unless all of it was there.
    CHECK(CodeOf(RepairStore(options, "db", kTarget)) == "invalid argument");
    options.create_if_missing = false;
    const auto opened = DB::Open(options, kTarget);
    if (opened) CHECK((*opened)->VerifyAll());
  }
}

// --- seeds ---------------------------------------------------------------------------------------

// Damages a few places of a few files, anywhere.
void DamageSomething(Patient& patient, Random& random) {
  MemoryFileSystem& disk = patient.world.disk();
  const std::uint64_t times = 1 + random.Uniform(3);
  for (std::uint64_t i = 0; i < times; ++i) {
    const auto files = FilesEnding(disk, "");
    const std::string path = files[random.Uniform(files.size())];
    const std::string contents = *disk.Contents(path);
    if (contents.empty()) continue;
    const std::size_t at = random.Uniform(contents.size());
    switch (random.Uniform(4)) {
      case 0:
        (void)disk.Remove(path).has_value();
        break;
      case 1:
        CutOff(disk, path, at);
        break;
      case 2: {
        std::string overwritten = contents;
        const std::size_t size = std::min<std::size_t>(contents.size() - at, 200);
        overwritten.replace(at, size, random.Bytes(size));
        disk.SetContents(path, overwritten);
        break;
      }
      default:
        DamageByte(disk, path, at);
    }
  }
}

void LiveAndRepair(std::uint64_t seed) {
  Random random(seed);
  Options options = SmallBlocks();
  options.compaction = random.OneIn(2) ? CompactionStyle::kLeveled : CompactionStyle::kNone;
  options.level0_runs = 2;
  options.table_bytes = 4'096;
  options.memtable_bytes = 16 << 10;
  options.index = random.OneIn(4) ? IndexKind::kLearned : IndexKind::kSparse;
  options.direct_value_bytes = random.OneIn(2) ? 0 : 120;
  options.direct_sync_bytes = 0;
  options.compression = random.OneIn(2) ? Compression::kLz4 : Compression::kNone;
  Patient patient(options);
  for (int i = 0; i < 300; ++i) {
    const std::string key = KeyOf(static_cast<int>(random.Uniform(80)));
    if (random.OneIn(4)) {
      patient.Delete(key);
    } else {
      patient.Put(key, std::to_string(i) + std::string(random.Uniform(200), 'v'));
    }
    if (random.OneIn(60)) patient.Flush();
    if (random.OneIn(150)) REQUIRE(patient.world->CompactRange({}, {}));
  }
  patient.Close();
  DamageSomething(patient, random);
  const auto report = patient.Repair();
  INFO("seed " << seed << ": " << Outcome(report));
  REQUIRE(report);
  CheckCopy(patient, *report);
}

TEST_CASE("whatever is damaged, a repaired store is the old one but for the ranges that are told",
          "[scrub-and-repair]") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) LiveAndRepair(seed);
}

TEST_CASE("whatever is damaged, with many seeds", "[scrub-and-repair][slow]") {
  for (std::uint64_t seed = 1'000; seed < 4'000; ++seed) LiveAndRepair(seed);
}

}  // namespace
}  // namespace strata
