// Opening a store where something is wrong around it: no space, files that are missing, time that
// has passed. Whether it opens or not, nothing is lost and nothing piles up.

#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "io/faulty_file_system.h"
#include "io/forwarding_file_system.h"
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
using Files = std::map<std::string, std::string>;

constexpr std::uint64_t kSecond = 1'000'000;

std::string PathOf(const std::string& name) {
  return JoinPath(TestStore::kDirectory, name);
}

Files FilesOf(MemoryFileSystem& disk) {
  Files files;
  for (const std::string& name : Must(disk.List(TestStore::kDirectory))) {
    files[name] = Must(disk.Contents(PathOf(name)));
  }
  return files;
}

std::uint64_t SizeOf(const Files& files) {
  std::uint64_t size = 0;
  for (const auto& [name, contents] : files) size += contents.size();
  return size;
}

std::vector<std::string> NamesOf(const Files& files, std::string_view ending = "") {
  std::vector<std::string> names;
  for (const auto& [name, _] : files) {
    if (name.ends_with(ending)) names.push_back(name);
  }
  return names;
}

std::string KeyOf(int i) {
  return "key" + std::to_string(1000 + i);
}

// Doesn't get smaller by compression.
std::string ValueOf(int i, std::size_t size = 200) {
  return Random(static_cast<std::uint64_t>(i) + 1).Bytes(size);
}

void Fill(TestStore& store, int from, int to) {
  for (int i = from; i < to; ++i) REQUIRE(store->Put(KeyOf(i), ValueOf(i)));
}

// The tables that the store's manifest names.
std::vector<std::string> TablesNamed(MemoryFileSystem& disk) {
  const auto current = ReadCurrent(disk, TestStore::kDirectory);
  REQUIRE(Outcome(current) == "ok");
  const auto manifest = disk.Contents(PathOf(ManifestFileName(current->number)));
  REQUIRE(Outcome(manifest) == "ok");
  const auto state = ReadManifest(*manifest, current->synced_bytes);
  REQUIRE(Outcome(state) == "ok");
  std::vector<std::string> names;
  for (const auto& [number, _] : state->tables) names.push_back(TableFileName(number));
  return names;
}

// --- no space ------------------------------------------------------------------------------------

TEST_CASE("an opening that finds no space leaves nothing behind, however often it is tried",
          "[manifest]") {
  TestStore store;
  Fill(store, 0, 300);
  const std::string all = Scan(*store);
  store.Kill();
  const Files before = FilesOf(store.disk());
  int failed = 0;
  for (std::uint64_t more = 0;; more += 2048) {
    store.disk().SetCapacity(SizeOf(before) + more);
    const Status opened = store.TryOpen();
    if (opened) break;
    ++failed;
    CAPTURE(more, Outcome(opened));
    CHECK(CodeOf(opened) == "no space");
    // What an edit names that may have been written stays until the next opening knows.
    if (Outcome(opened).find("writing db/MANIFEST") != std::string::npos) continue;
    CHECK(NamesOf(FilesOf(store.disk()), ".sst").empty());
    CHECK(SizeOf(FilesOf(store.disk())) <= SizeOf(before) + 512);  // A manifest may be longer.
    CHECK(FilesOf(store.disk()).size() <= before.size());
  }
  CHECK(failed > 10);
  CHECK(Scan(*store) == all);
}

TEST_CASE("an opening that runs out of space anywhere leaves no more the fifth time",
          "[manifest]") {
  const Fault fault = GENERATE(Fault::kEnospc, Fault::kEdquot);
  TestStore store;
  Fill(store, 0, 60);
  store.Kill();
  const auto open = [&](FileSystem& files) {
    Options options = store.options();
    Environment environment = *options.environment;
    environment.files = &files;
    options.environment = &environment;
    return CodeOf(DB::Open(options, TestStore::kDirectory));
  };
  for (std::uint64_t at = 0;; ++at) {
    CAPTURE(at, static_cast<int>(fault));
    const auto disk = store.disk().Clone();
    const auto faulty = NewFaultyFileSystem(*disk);
    std::vector<std::size_t> files;
    for (int attempt = 0; attempt < 5; ++attempt) {
      faulty->SetPlan({.fail_at = at, .fault = fault, .sticky = true});
      open(*faulty);
      const Files left = FilesOf(*disk);
      const std::size_t logs = NamesOf(left, ".wal").size();
      CHECK(logs <= 9);  // An opening in which only the end failed keeps logs that are sealed.
      files.push_back(left.size() - logs);
    }
    CHECK(files[4] <= files[0]);
    CHECK(open(*disk) == "ok");
    CHECK(NamesOf(FilesOf(*disk), ".sst") == TablesNamed(*disk));
    if (!faulty->fired()) break;
  }
}

// Counts what is read of tables and blob files.
class CountingFileSystem final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;

  Result<std::unique_ptr<RandomAccessFile>> Open(const std::string& path, ReadMode mode) override {
    STRATA_TRY_ASSIGN(auto file, below().Open(path, mode));
    if (!path.ends_with(".sst") && !path.ends_with(".blob")) return file;
    return std::unique_ptr<RandomAccessFile>(std::make_unique<File>(*this, std::move(file)));
  }

  std::uint64_t bytes = 0;

 private:
  class File final : public RandomAccessFile {
   public:
    File(CountingFileSystem& owner, std::unique_ptr<RandomAccessFile> below)
        : owner_(owner), below_(std::move(below)) {}
    Result<std::string_view> Read(std::uint64_t offset, std::size_t count,
                                  char* scratch) const override {
      owner_.bytes += count;
      return below_->Read(offset, count, scratch);
    }
    std::uint64_t size() const override { return below_->size(); }

   private:
    CountingFileSystem& owner_;
    const std::unique_ptr<RandomAccessFile> below_;
  };
};

TEST_CASE("opening reads the footers of tables and blob files, however large they are",
          "[learned-index]") {
  const auto bytes_read = [](int entries) {
    TestStore store({.blob_threshold = 300});
    for (int i = 0; i < entries; ++i) {
      REQUIRE(store->Put(KeyOf(i), ValueOf(i, i % 10 == 0 ? 500 : 100)));
    }
    REQUIRE(store->Flush());
    REQUIRE(store->Close());
    CountingFileSystem files(store.disk());
    Environment environment{.files = &files,
                            .clock = &store.clock(),
                            .executor = &store.executor(),
                            .entropy = SeededEntropy(1)};
    Options options;
    options.environment = &environment;
    auto db = Must(DB::Open(options, TestStore::kDirectory));
    const std::uint64_t bytes = files.bytes;
    std::string value;
    CHECK(db->Get(KeyOf(entries - 1), &value));
    CHECK(db->Get(KeyOf(0), &value));
    CHECK(value == ValueOf(0, 500));
    CHECK(files.bytes > bytes);
    return bytes;
  };
  const std::uint64_t few = bytes_read(20);
  CHECK(few > 0);
  CHECK(bytes_read(5'000) == few);
}

TEST_CASE("a flush or merge that finds no space leaves no file that nobody names", "[manifest]") {
  Options options;
  options.memtable_bytes = 16 << 10;
  options.table_bytes = 8 << 10;
  options.level0_runs = 2;
  options.level1_bytes = 32 << 10;
  options.blob_threshold = 1 << 10;
  options.blob_file_bytes = 16 << 10;
  for (std::uint64_t capacity = 40'000; capacity < 200'000; capacity += 7'000) {
    CAPTURE(capacity);
    TestStore store(options);
    store.disk().SetCapacity(capacity);
    Status put;
    for (int i = 0; i < 2000 && put; ++i) {
      put = store->Put(KeyOf(i), ValueOf(i, i % 20 == 0 ? 2000 : 200));
    }
    CHECK_FALSE(put);
    CHECK(store->Stats().read_only_cause.empty());
    (void)store->Close().has_value();
    CHECK(NamesOf(FilesOf(store.disk()), ".sst") == TablesNamed(store.disk()));
  }
}

// --- files that are missing ----------------------------------------------------------------------

TEST_CASE("a log that is missing is noticed, also when nothing says that it was sealed",
          "[manifest]") {
  TestStore store;
  SECTION("of a new store") {}
  SECTION("of one that was closed before") {
    REQUIRE(store->Put("a", "1"));
    store.Reopen();
  }
  SECTION("of one that was flushed") {
    REQUIRE(store->Put("a", "1"));
    REQUIRE(store->Flush());
  }
  REQUIRE(store->Put("b", "2"));
  store.Kill();
  const std::string last = NamesOf(FilesOf(store.disk()), ".wal").back();
  REQUIRE(store.disk().Remove(PathOf(last)));
  const Status opened = store.TryOpen();
  CHECK(CodeOf(opened) == "corruption");
  CHECK(Outcome(opened).find("a file is missing: " + last) != std::string::npos);
}

TEST_CASE("each log of a store that has several must be there", "[background-work]") {
  const SyncMode sync = GENERATE(SyncMode::kNone, SyncMode::kAlways);
  TestStore store({.sync = sync, .memtable_bytes = 8 << 10, .memtables_max = 4});
  for (int i = 0; NamesOf(FilesOf(store.disk()), ".wal").size() < 4; ++i) Fill(store, i, i + 1);
  store.Kill();
  const Files files = FilesOf(store.disk());
  for (const std::string& log : NamesOf(files, ".wal")) {
    REQUIRE(store.disk().Remove(PathOf(log)));
    const Status opened = store.TryOpen();
    CAPTURE(log, Outcome(opened));
    CHECK(CodeOf(opened) == "corruption");
    store.disk().SetContents(PathOf(log), files.at(log));
  }
  CHECK(store.TryOpen());
}

// As `cp -r` beside a writer takes them: the manifest first, the logs when more has happened.
TEST_CASE("a copy with a hole between its logs is refused", "[background-work]") {
  TestStore store({.sync = SyncMode::kAlways, .memtable_bytes = 8 << 10, .memtables_max = 4});
  Fill(store, 0, 1);
  const Files early = FilesOf(store.disk());
  for (int i = 1; NamesOf(FilesOf(store.disk()), ".wal").size() < 3; ++i) Fill(store, i, i + 1);
  Fill(store, 100, 102);
  store.Kill();
  const auto logs = NamesOf(FilesOf(store.disk()), ".wal");
  for (const auto& [name, contents] : early) {
    if (!name.ends_with(".wal")) store.disk().SetContents(PathOf(name), contents);
  }
  REQUIRE(store.disk().Remove(PathOf(logs[1])));
  const Status opened = store.TryOpen();
  CHECK(CodeOf(opened) == "corruption");
  CHECK(Outcome(opened).find("a log between them is missing") != std::string::npos);
}

// --- time ----------------------------------------------------------------------------------------

void RunFor(TestStore& store, std::uint64_t micros) {
  for (std::uint64_t passed = 0; passed < micros; passed += kSecond) {
    store.clock().Advance(kSecond);
    while (store.executor().RunOne()) {
    }
  }
}

TEST_CASE("a delete deadline doesn't come early because the store was opened again", "[expiry]") {
  TestStore store({.delete_deadline_us = 100 * kSecond});
  REQUIRE(store->Put("a", "1"));
  REQUIRE(store->Delete("a"));
  store.Reopen();
  RunFor(store, 5 * kSecond);
  CHECK(store->Stats().levels.empty());
  RunFor(store, 100 * kSecond);
  CHECK(store->Stats().memtable_entries == 0);
}

TEST_CASE("a delete deadline goes on after a crash from where it was", "[expiry]") {
  TestStore store({.delete_deadline_us = 100 * kSecond});
  REQUIRE(store->Put("a", "1"));
  REQUIRE(store->Flush());
  REQUIRE(store->Delete("a"));
  store.clock().Advance(20 * kSecond);
  store.Kill();
  REQUIRE(store.TryOpen());
  RunFor(store, 82 * kSecond);
  for (const LevelShape& level : store->Stats().levels) CHECK(level.deletes == 0);
}

}  // namespace
}  // namespace strata
