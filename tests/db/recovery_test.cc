// How a store comes back from its log: closed, killed, after a power cut, torn, damaged.

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "io/faulty_file_system.h"
#include "testing/results.h"
#include "testing/string_file.h"
#include "testing/test_store.h"
#include "wal/log_writer.h"

namespace strata {
namespace {

using testing::Outcome;
using testing::Render;
using testing::Scan;
using testing::TestStore;

constexpr CrashKind kAllCrashes[] = {CrashKind::kNothingUnsynced, CrashKind::kEverything,
                                     CrashKind::kPrefix,          CrashKind::kMetadataOnly,
                                     CrashKind::kDataOnly,        CrashKind::kTornLast,
                                     CrashKind::kReversed,        CrashKind::kRandomSubset};

// The newest log's path.
std::string LastLog(MemoryFileSystem& disk) {
  std::string last;
  for (const std::string& name : testing::Must(disk.List(TestStore::kDirectory))) {
    if (name.ends_with(".wal")) last = JoinPath(TestStore::kDirectory, name);
  }
  return last;
}

TEST_CASE("what was put is there after a restart", "[write-ahead-log][write-ahead-log.3]") {
  TestStore store;
  REQUIRE(store->Put("a", "1"));
  REQUIRE(store->Put("b", "2"));
  REQUIRE(store->Delete("a"));
  REQUIRE(store->Put("", ""));
  store.Reopen();
  CHECK(Scan(*store) == "= b=2 ");
  store.Reopen();
  CHECK(Scan(*store) == "= b=2 ");
}

TEST_CASE("sequences go on where the log ended, so the newest value wins after a restart",
          "[write-ahead-log][write-ahead-log.3]") {
  TestStore store;
  WriteBatch batch;
  for (const char* value : {"1", "2", "3"}) batch.Put("k", value);
  REQUIRE(store->Write(batch));
  store.Reopen();
  CHECK(store.Get("k") == "3");
  CHECK(store->Stats().last_sequence == 3);
  REQUIRE(store->Put("k", "4"));
  CHECK(store.Get("k") == "4");
  store.Reopen();
  CHECK(store.Get("k") == "4");
  CHECK(store->Stats().last_sequence == 4);
}

using Files = std::map<std::string, std::string>;

Files FilesOf(MemoryFileSystem& disk) {
  Files files;
  for (const std::string& name : testing::Must(disk.List(TestStore::kDirectory))) {
    const std::string path = JoinPath(TestStore::kDirectory, name);
    files[path] = testing::Must(disk.Contents(path));
  }
  return files;
}

void PutBack(MemoryFileSystem& disk, const Files& files) {
  for (const auto& [path, contents] : FilesOf(disk)) {
    if (!files.contains(path)) REQUIRE(disk.Remove(path));
  }
  for (const auto& [path, contents] : files) disk.SetContents(path, contents);
}

TEST_CASE("a batch comes back as a whole, wherever a log is cut",
          "[write-ahead-log][write-ahead-log.3]") {
  TestStore store;
  REQUIRE(store->Put("before", "1"));
  WriteBatch batch;
  batch.Put("x", "1");
  batch.Put("y", "2");
  batch.Delete("before");
  REQUIRE(store->Write(batch));
  store.Kill();
  const std::string log = LastLog(store.disk());
  Files files = FilesOf(store.disk());
  const std::string whole = files[log];
  const std::size_t end = whole.find_last_not_of('\0') + 1;
  REQUIRE(end > 100);
  for (std::size_t cut = end - 30; cut <= end; ++cut) {
    CAPTURE(cut, end);
    files[log] = whole.substr(0, cut);
    PutBack(store.disk(), files);
    REQUIRE(Outcome(store.TryOpen()) == "ok");
    CHECK(Scan(*store) == (cut < end ? "before=1 " : "x=1 y=2 "));
    store.Kill();
  }
}

TEST_CASE("an intact record whose batch can't be read is corruption",
          "[write-ahead-log][write-ahead-log.3]") {
  TestStore store;
  store.Kill();
  WriteBatch batch;
  batch.Put("key", "value");
  batch.Put("other", "value");
  const std::string_view cut_short = batch.encoded().substr(0, batch.encoded().size() - 1);
  testing::StringFile file;
  wal::LogWriter writer(file, /*log_id=*/7, nullptr);
  REQUIRE(writer.Start());
  REQUIRE(writer.Append(wal::RecordType::kBatch, 1, {&cut_short, 1}));
  store.disk().SetContents(LastLog(store.disk()), file.contents);
  const std::string opened = Outcome(store.TryOpen());
  CAPTURE(opened);
  CHECK(opened.find("corruption: ") == 0);
  CHECK(opened.find("replaying ") != std::string::npos);
}

TEST_CASE("a record of a log that is no batch is passed over",
          "[write-ahead-log][write-ahead-log.3]") {
  TestStore store;
  store.Kill();
  WriteBatch batch;
  batch.Put("key", "value");
  const std::string_view entries = batch.encoded();
  const std::string_view other = "another kind of record";
  testing::StringFile file;
  wal::LogWriter writer(file, /*log_id=*/7, nullptr);
  REQUIRE(writer.Start());
  REQUIRE(writer.Append(wal::RecordType::kEdit, 0, {&other, 1}));
  REQUIRE(writer.Append(wal::RecordType::kBatch, 1, {&entries, 1}));
  store.disk().SetContents(LastLog(store.disk()), file.contents);
  REQUIRE(Outcome(store.TryOpen()) == "ok");
  CHECK(Scan(*store) == "key=value ");
}

TEST_CASE("kill -9 loses nothing, in any sync mode", "[write-ahead-log][write-ahead-log.3]") {
  for (const SyncMode mode : {SyncMode::kAlways, SyncMode::kInterval, SyncMode::kNone}) {
    TestStore store({.sync = mode});
    for (int i = 0; i < 50; ++i) REQUIRE(store->Put("key" + std::to_string(i % 7), "v"));
    const std::string before = Scan(*store);
    store.Kill();
    REQUIRE(Outcome(store.TryOpen()) == "ok");
    CHECK(Scan(*store) == before);
  }
}

TEST_CASE("no power cut takes what was acknowledged as durable",
          "[write-ahead-log][write-ahead-log.3]") {
  Random random(3);
  for (const CrashKind kind : kAllCrashes) {
    for (int round = 0; round < 5; ++round) {
      CAPTURE(static_cast<int>(kind), round);
      TestStore store;
      std::map<std::string, std::string> model;
      for (int life = 0; life < 3; ++life) {
        for (int i = 0; i < 10; ++i) {
          const std::string key = std::to_string(random.Uniform(8));
          REQUIRE(store->Put(key, model[key] = std::to_string(random.Next())));
        }
        store.PowerCut(kind, random);
        REQUIRE(Outcome(store.TryOpen()) == "ok");
        REQUIRE(Scan(*store) == Render(model));
      }
    }
  }
}

TEST_CASE("without syncs a power cut leaves the store as it was at some moment",
          "[write-ahead-log][write-ahead-log.3]") {
  Random random(4);
  for (const CrashKind kind : kAllCrashes) {
    for (int round = 0; round < 10; ++round) {
      CAPTURE(static_cast<int>(kind), round);
      TestStore store({.sync = SyncMode::kNone});
      std::map<std::string, std::string> model;
      std::vector<std::string> moments = {""};
      for (int i = 0; i < 20; ++i) {
        const std::string key = std::to_string(random.Uniform(5));
        REQUIRE(store->Put(key, model[key] = std::to_string(i)));
        moments.push_back(Render(model));
      }
      store.PowerCut(kind, random);
      REQUIRE(Outcome(store.TryOpen()) == "ok");
      CHECK(std::find(moments.begin(), moments.end(), Scan(*store)) != moments.end());
      if (kind == CrashKind::kEverything) CHECK(Scan(*store) == moments.back());
    }
  }
}

TEST_CASE("damage in a log that was closed is refused, and the message names the place",
          "[write-ahead-log][write-ahead-log.1]") {
  TestStore store;
  REQUIRE(store->Put("a", "1"));
  REQUIRE(store->Put("b", "2"));
  REQUIRE(store->Close());
  const std::string log = LastLog(store.disk());
  std::string bytes = testing::Must(store.disk().Contents(log));
  REQUIRE(bytes.size() > 100);
  bytes[60] = static_cast<char>(bytes[60] ^ 1);
  store.disk().SetContents(log, bytes);
  const Status opened = store.TryOpen();
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code() == ErrorCode::kCorruption);
  CHECK(opened.error().message().find(".wal: record at offset 53") != std::string::npos);
}

TEST_CASE("after a failed sync the store only reads, and doesn't try the sync again",
          "[write-ahead-log][write-ahead-log.1]") {
  const auto disk = NewMemoryFileSystem();
  const auto faulty = NewFaultyFileSystem(*disk);
  ManualClock clock;
  const auto executor = NewSimExecutor(1, clock);
  const Environment environment{.files = faulty.get(),
                                .clock = &clock,
                                .executor = executor.get(),
                                .entropy = SeededEntropy(1)};
  Options options;
  options.environment = &environment;
  auto db = testing::Must(DB::Open(options, "db"));
  REQUIRE(db->Put("a", "1"));

  faulty->SetPlan({.fail_at = 1});  // Of the next put: the append is 0, the sync 1.
  CHECK(testing::CodeOf(db->Put("b", "2")) == "i/o error");
  REQUIRE(faulty->fired());
  const std::uint64_t operations = faulty->operations();
  CHECK(testing::CodeOf(db->Put("c", "3")) == "read-only");
  CHECK(faulty->operations() == operations);
  std::string value;
  CHECK(testing::Must(db->Get("a", &value)));
  CHECK(value == "1");
  CHECK_FALSE(db->Stats().read_only_cause.empty());
}

}  // namespace
}  // namespace strata
