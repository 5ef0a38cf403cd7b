// Damage in a store that is open: the scrubber finds all of it, it makes its own keys errors, and
// nothing else stops.

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "io/forwarding_file_system.h"
#include "stats/counters.h"
#include "testing/blob_stores.h"
#include "testing/damaging.h"
#include "testing/results.h"
#include "testing/store_world.h"
#include "testing/test_store.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::DamageByte;
using testing::FilesEnding;
using testing::FlipBit;
using testing::Must;
using testing::Outcome;
using testing::TestStore;

std::string KeyOf(int n) {
  return "key" + std::to_string(100'000 + n);
}

// Blocks of some six entries, and merges that come soon.
Options SmallBlocks() {
  return {.memtable_bytes = 64 << 10,
          .block_bytes = 128,
          .block_cache_bytes = 0,
          .compression = Compression::kNone,
          .table_bytes = 16 << 10,
          .level0_runs = 3,
          .level1_bytes = 32 << 10};
}

void PutAll(TestStore& store, int from, int to, const std::string& value) {
  for (int i = from; i < to; ++i) REQUIRE(store->Put(KeyOf(i), value + std::to_string(i)));
}

std::vector<std::string> Names(const std::vector<Damage>& damage) {
  std::vector<std::string> names;
  for (const Damage& piece : damage) names.push_back(piece.file);
  return names;
}

// --- a pass --------------------------------------------------------------------------------------

TEST_CASE("a pass reads every byte that is live, and finds nothing in a store that is whole",
          "[scrub-and-repair]") {
  Options options = testing::SmallBlobs();
  options.compaction = CompactionStyle::kNone;
  TestStore store(options);
  PutAll(store, 0, 100, std::string(300, 'v'));
  REQUIRE(store->Flush());
  PutAll(store, 100, 200, "v");
  REQUIRE(store->Flush());
  store.Reopen();
  std::uint64_t bytes = 0;
  for (const char* suffix : {".sst", ".blob"}) {
    for (const std::string& path : FilesEnding(store.disk(), suffix)) {
      bytes += Must(store.disk().FileSize(path));
    }
  }
  const ScrubReport report = Must(store->Scrub());
  CHECK(report.damage.empty());
  CHECK(report.files >= 4);  // Two tables, a blob file, the manifest.
  CHECK(report.bytes >= bytes * 95 / 100);
  CHECK(store->counters().Get(Counter::kScrubBytes) == report.bytes);
  CHECK(store->counters().Get(Counter::kScrubPasses) == 1);
  CHECK(store->counters().Get(Counter::kDamageFound) == 0);
  CHECK(store->Stats().scrub.passes == 1);
}

// Every file of a store but the log that is written, with a bit flipped in each `step`-th place.
void FindFlippedBits(std::size_t step) {
  Options options = testing::SmallBlobs();
  options.compaction = CompactionStyle::kNone;
  options.block_bytes = 256;
  TestStore store(options);
  PutAll(store, 0, 10, std::string(200, 'v'));
  PutAll(store, 10, 40, "v");
  REQUIRE(store->Flush());
  REQUIRE(store->Put("in the log", "1"));
  store.Reopen();  // Closes that log.
  REQUIRE(store->Put("in the next one", "1"));
  std::vector<std::string> logs = FilesEnding(store.disk(), ".wal");
  REQUIRE(logs.size() >= 2);
  logs.pop_back();
  std::vector<std::string> paths = logs;
  for (const char* suffix : {".sst", ".blob", "MANIFEST", "CURRENT"}) {
    const auto of_kind = FilesEnding(store.disk(), suffix);
    REQUIRE_FALSE(of_kind.empty());
    paths.insert(paths.end(), of_kind.begin(), of_kind.end());
  }
  std::uint64_t flipped = 0;
  for (const std::string& path : paths) {
    const std::string sound = *store.disk().Contents(path);
    for (std::size_t bit = 0; bit < sound.size() * 8; bit += step) {
      FlipBit(store.disk(), path, bit);
      ++flipped;
      const ScrubReport report = Must(store->Scrub());
      const bool found =
          std::any_of(report.damage.begin(), report.damage.end(), [&](const Damage& damage) {
            return path.ends_with(damage.file) &&
                   damage.what.find(damage.file) != std::string::npos;
          });
      if (!found) FAIL_CHECK("bit " << bit % 8 << " of byte " << bit / 8 << " of " << path);
      store.disk().SetContents(path, sound);
    }
  }
  CHECK(flipped > 100);
  CHECK(Must(store->Scrub()).damage.empty());
  CHECK(store->Stats().damage.empty());  // All was found whole again.
}

TEST_CASE("a flipped bit is found in every kind of file", "[scrub-and-repair]") {
  FindFlippedBits(61);
}

TEST_CASE("every flipped bit of a small store is found", "[scrub-and-repair][slow]") {
  FindFlippedBits(1);
}

TEST_CASE("a pass tells all that is damaged, not the first of it", "[scrub-and-repair]") {
  TestStore store(SmallBlocks());
  PutAll(store, 0, 300, "v");
  REQUIRE(store->CompactRange({}, {}));
  const std::string table = FilesEnding(store.disk(), ".sst").front();
  for (const std::size_t offset : {300, 1000, 2000}) DamageByte(store.disk(), table, offset);
  const ScrubReport report = Must(store->Scrub());
  REQUIRE(report.damage.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const Damage& damage = report.damage[i];
    CHECK(table.ends_with(damage.file));
    CHECK(damage.what.find("block at offset " + std::to_string(damage.offset)) !=
          std::string::npos);
    CHECK(damage.table == "default");
    REQUIRE((damage.first && damage.last));
    CHECK(*damage.first <= *damage.last);
    if (i > 0) CHECK(*report.damage[i - 1].last <= *damage.first);
  }
  CHECK(store->Stats().damage == report.damage);
}

TEST_CASE("a file that is missing, cut short or another one is damage", "[scrub-and-repair]") {
  TestStore store(SmallBlocks());
  PutAll(store, 0, 100, "v");
  REQUIRE(store->CompactRange({}, {}));
  const std::string table = FilesEnding(store.disk(), ".sst").front();
  const std::string sound = *store.disk().Contents(table);
  const auto found = [&] { return Names(Must(store->Scrub()).damage); };
  const std::string name = table.substr(3);

  testing::CutOff(store.disk(), table, sound.size() / 2);
  CHECK(found() == std::vector<std::string>{name});
  REQUIRE(store.disk().Remove(table));
  CHECK(found() == std::vector<std::string>{name});
  TestStore other(SmallBlocks(), 7);  // Whole, and of another store.
  PutAll(other, 0, 100, "v");
  REQUIRE(other->CompactRange({}, {}));
  store.disk().SetContents(table,
                           *other.disk().Contents(FilesEnding(other.disk(), ".sst").front()));
  CHECK(found() == std::vector<std::string>{name});
  store.disk().SetContents(table, sound);
  CHECK(found().empty());
}

// --- in the background ---------------------------------------------------------------------------

// Lets what is due happen, second by second.
void Pass(TestStore& store, std::uint64_t seconds) {
  for (std::uint64_t i = 0; i < seconds; ++i) {
    store.clock().Advance(1'000'000);
    while (store.executor().RunOne()) {
    }
  }
}

TEST_CASE("a pass begins an hour after opening, and again a period after it began",
          "[scrub-and-repair]") {
  Options options = SmallBlocks();
  options.scrub_period_s = 7'200;
  options.scrub_rate_bytes_per_s = 0;
  std::vector<std::string> events;
  options.event_sink = [&](std::string_view line) {
    if (line.find("\"scrub_") != line.npos) events.emplace_back(line);
  };
  TestStore store(options);
  PutAll(store, 0, 100, "v");
  REQUIRE(store->Flush());
  Pass(store, 3'500);
  CHECK(store->Stats().scrub.passes == 0);
  Pass(store, 110);
  CHECK(store->Stats().scrub.passes == 1);
  CHECK(events.size() == 2);
  Pass(store, 7'000);
  CHECK(store->Stats().scrub.passes == 1);
  Pass(store, 200);
  CHECK(store->Stats().scrub.passes == 2);
  REQUIRE(events.size() == 4);
  CHECK(events[3].find("\"damaged\":0") != std::string::npos);
}

TEST_CASE("a pass reads no faster than the rate, and tells how far it is", "[scrub-and-repair]") {
  Options options = SmallBlocks();
  options.memtable_bytes = 4 << 20;
  options.table_bytes = 4 << 20;
  options.scrub_period_s = 86'400;
  options.scrub_rate_bytes_per_s = 64 << 10;
  TestStore store(options);
  PutAll(store, 0, 10'000, std::string(100, 'v'));
  REQUIRE(store->CompactRange({}, {}));
  Pass(store, 3'602);
  const ScrubProgress before = store->Stats().scrub;
  CHECK(before.running);
  CHECK(before.bytes_read > 0);
  Pass(store, 8);
  const ScrubProgress after = store->Stats().scrub;
  CHECK(after.running);
  CHECK(after.file.ends_with(".sst"));
  const std::uint64_t read = after.bytes_read - before.bytes_read;
  CHECK(read <= 12 * options.scrub_rate_bytes_per_s);  // Steps are of 256 KiB.
  CHECK(read >= 4 * options.scrub_rate_bytes_per_s);
  Pass(store, 60);
  CHECK_FALSE(store->Stats().scrub.running);
  CHECK(store->Stats().scrub.passes == 1);
}

TEST_CASE("closing a store doesn't wait for its pass", "[scrub-and-repair]") {
  Options options = SmallBlocks();
  options.scrub_period_s = 1;
  options.scrub_rate_bytes_per_s = 1;
  TestStore store(options);
  PutAll(store, 0, 10'000, std::string(100, 'v'));
  REQUIRE(store->Flush());
  Pass(store, 3);
  CHECK(store->Stats().scrub.running);
  const std::uint64_t now = store.clock().NowMicros();
  CHECK(store->Close());
  CHECK(store.clock().NowMicros() < now + 1'000'000);
}

// --- what damage does ----------------------------------------------------------------------------

TEST_CASE("damage makes its range an error, and no other key", "[scrub-and-repair]") {
  TestStore store(SmallBlocks());
  PutAll(store, 0, 300, "v");
  REQUIRE(store->CompactRange({}, {}));
  const std::string table = FilesEnding(store.disk(), ".sst").front();
  DamageByte(store.disk(), table, 1'000);
  store.Reopen();
  CHECK(store->Stats().damage.empty());  // Nobody has met it.
  int errors = 0;
  for (int i = 0; i < 300; ++i) {
    std::string value;
    const auto found = store->Get(KeyOf(i), &value);
    if (found) {
      CHECK((*found && value == "v" + std::to_string(i)));
      continue;
    }
    ++errors;
    CHECK(found.error().code() == ErrorCode::kCorruption);
    CHECK(found.error().message().find(table.substr(3)) != std::string::npos);
    CHECK(found.error().message().find("offset") != std::string::npos);
    const auto damage = store->Stats().damage;
    REQUIRE(damage.size() == 1);
    CHECK((*damage[0].first <= KeyOf(i) && KeyOf(i) <= *damage[0].last));
  }
  CHECK(errors > 0);
  CHECK(errors < 12);
  CHECK(store->counters().Get(Counter::kDamageFound) == 1);
  REQUIRE(store->Put("new", "1"));
  CHECK(store.Get("new") == "1");
}

// `level`: where the damaged table is.
void WriteOverDamage(const Options& options, bool in_level0) {
  TestStore store(options);
  PutAll(store, 0, 300, "old");
  REQUIRE(store->Flush());
  if (!in_level0) REQUIRE(store->CompactRange({}, {}));
  const std::string table = FilesEnding(store.disk(), ".sst").front();
  DamageByte(store.disk(), table, 700);
  store.Reopen();
  if (!in_level0) REQUIRE_FALSE(Must(store->Scrub()).damage.empty());
  for (int round = 0; round < 50; ++round) {
    for (int i = 0; i < 200; ++i) {
      REQUIRE(store->Put(KeyOf((i * 7 + round) % 300), "new" + std::to_string(round)));
    }
    REQUIRE(store->Flush());
  }
  REQUIRE(store->WaitForCompactions());
  const StoreStats stats = store->Stats();
  CHECK(stats.read_only_cause.empty());
  CHECK(stats.waiting_cause.empty());
  CHECK(stats.damage.size() == 1);
  CHECK(FilesEnding(store.disk(), table.substr(3)).size() == 1);  // Left alone.
  std::uint64_t runs = 0;
  for (const LevelShape& level : stats.levels) runs += level.runs;
  CHECK(runs <= 12);  // Of more than fifty that were flushed.
  CHECK(store->counters().Get(Counter::kStallMicrosCompaction) == 0);
  for (int i = 0; i < 300; ++i) CHECK(store.Get(KeyOf(i))->starts_with("new"));
}

TEST_CASE("merges leave a damaged table alone, writing goes on, and reads meet few runs",
          "[scrub-and-repair]") {
  for (const auto style :
       {CompactionStyle::kLeveled, CompactionStyle::kTiered, CompactionStyle::kUnified}) {
    for (const bool in_level0 : {true, false}) {
      CAPTURE(static_cast<int>(style), in_level0);
      Options options = SmallBlocks();
      options.compaction = style;
      WriteOverDamage(options, in_level0);
    }
  }
}

TEST_CASE("a merge that meets damage doesn't end writing, and isn't tried for ever",
          "[scrub-and-repair]") {
  std::vector<std::string> events;
  Options options = SmallBlocks();
  options.event_sink = [&](std::string_view line) { events.emplace_back(line); };
  TestStore store(options);
  for (int round = 0; round < 2; ++round) {
    PutAll(store, 0, 100, "v");
    REQUIRE(store->Flush());
  }
  DamageByte(store.disk(), FilesEnding(store.disk(), ".sst").front(), 700);
  store.Reopen();
  PutAll(store, 0, 100, "w");
  REQUIRE(store->Flush());  // The third run: a merge is due.
  REQUIRE(store->WaitForCompactions());
  CHECK(store->Stats().read_only_cause.empty());
  CHECK(store->Stats().damage.size() == 1);
  const auto count = [&](std::string_view event) {
    return std::count_if(events.begin(), events.end(), [&](const std::string& line) {
      return line.find("\"" + std::string(event) + "\"") != line.npos;
    });
  };
  CHECK(count("damage") == 1);
  CHECK(count("read_only") == 0);
  CHECK(count("compaction_begin") <= 2);
  CHECK(store.Get(KeyOf(50)) == "w50");
}

TEST_CASE("who asks for a merge of what is damaged is told, and others get theirs",
          "[scrub-and-repair]") {
  TestStore store(SmallBlocks());
  PutAll(store, 0, 1'000, "v");
  REQUIRE(store->CompactRange({}, {}));
  const auto tables = FilesEnding(store.disk(), ".sst");
  REQUIRE(tables.size() > 2);
  DamageByte(store.disk(), tables.front(), 700);
  store.Reopen();
  REQUIRE(Must(store->Scrub()).damage.size() == 1);
  PutAll(store, 0, 1'000, "w");
  const Status merged = store->CompactRange({}, {});
  REQUIRE_FALSE(merged);
  CHECK(merged.error().code() == ErrorCode::kCorruption);
  CHECK(merged.error().message().find(tables.front().substr(3)) != std::string::npos);
  CHECK(store->Put("k", "v"));
  CHECK(store->Stats().read_only_cause.empty());
}

TEST_CASE("a damaged value is an error for its key alone, and collection leaves its file",
          "[scrub-and-repair]") {
  Options options = testing::SmallBlobs();
  options.compaction = CompactionStyle::kNone;
  options.direct_value_bytes = 0;
  TestStore store(options);
  PutAll(store, 0, 40, std::string(200, 'v'));
  REQUIRE(store->Flush());
  const std::string blob = FilesEnding(store.disk(), ".blob").front();
  DamageByte(store.disk(), blob, 250);
  store.Reopen();
  int errors = 0;
  std::string value;
  for (int i = 0; i < 40; ++i) errors += store->Get(KeyOf(i), &value) ? 0 : 1;
  CHECK(errors == 1);
  REQUIRE(store->Stats().damage.size() == 1);
  CHECK(blob.ends_with(store->Stats().damage[0].file));

  for (int i = 0; i < 40; ++i) REQUIRE(store->Delete(KeyOf(i == 1 ? 39 : i)));
  store.options().compaction = CompactionStyle::kLeveled;
  store.Reopen();
  CHECK_FALSE(store->Get(KeyOf(1), &value));
  REQUIRE(store->CompactRange({}, {}));
  REQUIRE(store->WaitForCompactions());
  CHECK(store->Stats().read_only_cause.empty());
  CHECK(store->Put("k", std::string(500, 'v')));
  CHECK(store->Flush());
}

TEST_CASE("damage is noted by who meets it, goes with its file, and is found again after opening",
          "[scrub-and-repair]") {
  TestStore store(SmallBlocks());
  const TableRef table = Must(store->CreateTable("t", {}));
  for (int i = 0; i < 100; ++i) REQUIRE(store->Put(KeyOf(i), "v", {.table = table}));
  REQUIRE(store->Flush());
  DamageByte(store.disk(), FilesEnding(store.disk(), ".sst").front(), 300);
  store.Reopen();
  CHECK(store->Stats().damage.empty());
  REQUIRE(Must(store->Scrub()).damage.size() == 1);
  CHECK(store->Stats().damage.at(0).table == "t");
  store.Reopen();
  CHECK(store->Stats().damage.empty());
  std::string value;
  for (int i = 0; i < 100; ++i) {
    (void)store->Get(KeyOf(i), &value, {.table = table}).has_value();
  }
  CHECK(store->Stats().damage.size() == 1);
  REQUIRE(store->DropTable("t"));
  CHECK(store->Stats().damage.empty());
}

TEST_CASE("a store that is only read can be scrubbed", "[scrub-and-repair]") {
  TestStore store(SmallBlocks());
  PutAll(store, 0, 100, "v");
  REQUIRE(store->Flush());
  DamageByte(store.disk(), FilesEnding(store.disk(), ".sst").front(), 300);
  store.options().read_only = true;
  store.Reopen();
  CHECK(Must(store->Scrub()).damage.size() == 1);
}

// Asks the store for something that takes its mutex whenever a file is opened to be scrubbed.
class Asking final : public ForwardingFileSystem {
 public:
  Asking(FileSystem& below, DB** db, int* asked)
      : ForwardingFileSystem(below), db_(db), asked_(asked) {}
  Result<std::unique_ptr<RandomAccessFile>> Open(const std::string& path, ReadMode mode) override {
    if (mode == ReadMode::kOnDisk && *db_ != nullptr) {
      ++*asked_;
      (void)(*db_)->Stats();
    }
    return ForwardingFileSystem::Open(path, mode);
  }
  Result<std::unique_ptr<FileSystem>> OpenDirectory(const std::string& /*directory*/) override {
    return std::unique_ptr<FileSystem>(std::make_unique<Asking>(below(), db_, asked_));
  }

 private:
  DB** const db_;
  int* const asked_;
};

TEST_CASE("nobody waits for a file that is being scrubbed", "[scrub-and-repair]") {
  testing::StoreWorld world(NewMemoryFileSystem(), SmallBlocks(), 1);
  DB* db = nullptr;
  int asked = 0;
  Asking files(world.disk(), &db, &asked);
  REQUIRE(world.Open(&files));
  for (int i = 0; i < 100; ++i) REQUIRE(world->Put(KeyOf(i), "v"));
  REQUIRE(world->Flush());
  db = &world.db();
  CHECK(Must(world->Scrub()).damage.empty());
  CHECK(asked >= 2);
  db = nullptr;
}

}  // namespace
}  // namespace strata
