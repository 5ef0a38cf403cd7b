// A store and the process around it: whatever becomes of paths, of the working directory and of
// children, it writes where it was opened, and nobody else writes into it.

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

#include "io/environment.h"
#include "strata/db.h"
#include "testing/child_process.h"
#include "testing/results.h"
#include "testing/temp_dir.h"
#include "testing/test_store.h"
#include "version/file_names.h"
#include "version/manifest.h"
#include "wal/log_reader.h"

namespace strata {
namespace {

using testing::CodeOf;
using testing::InChild;
using testing::KillThisProcess;
using testing::Must;
using testing::Outcome;

constexpr auto kSynced = SyncMode::kAlways;

std::unique_ptr<DB> OpenStore(const std::string& directory) {
  return Must(DB::Open({.sync = kSynced}, directory));
}

std::string EntriesOf(const std::string& directory) {
  return testing::Scan(*OpenStore(directory));
}

// Writes and does what makes the store create, rename and remove files.
void Use(DB& db, const std::string& key) {
  REQUIRE(db.Put(key, "1"));
  REQUIRE(db.Flush());
  REQUIRE(db.Put(key, "2"));
  REQUIRE(db.Flush());
  REQUIRE(db.CompactRange({}, {}));
  REQUIRE(db.VerifyAll());
}

// --- paths ---------------------------------------------------------------------------------------

TEST_CASE("a store whose directory is renamed goes on in it, beside a new one of its name",
          "[write-ahead-log]") {
  const testing::TempDir dir;
  auto first = OpenStore(dir.File("r1"));
  Use(*first, "a");
  std::filesystem::rename(dir.File("r1"), dir.File("r1.old"));
  auto second = OpenStore(dir.File("r1"));
  Use(*second, "b");
  Use(*first, "c");
  Use(*second, "d");
  REQUIRE(first->Close());
  REQUIRE(second->Close());
  CHECK(EntriesOf(dir.File("r1.old")) == "a=2 c=2 ");
  CHECK(EntriesOf(dir.File("r1")) == "b=2 d=2 ");
}

TEST_CASE("a store opened by a relative path stays where it is when the process goes elsewhere",
          "[write-ahead-log]") {
  const testing::TempDir dir;
  std::filesystem::create_directories(dir.File("elsewhere"));
  const int failed = InChild([&] {
    if (::chdir(dir.path().c_str()) != 0) return 1;
    auto db = OpenStore("db");
    if (::chdir("elsewhere") != 0) return 2;
    if (!db->Put("a", "1")) return 3;
    if (!db->Flush()) return 4;
    return db->Close() ? 0 : 5;
  });
  CHECK(failed == 0);
  CHECK(EntriesOf(dir.File("db")) == "a=1 ");
  CHECK(std::filesystem::is_empty(dir.File("elsewhere")));
}

TEST_CASE("a store opened through a link stays where it is when the link is turned elsewhere",
          "[write-ahead-log]") {
  const testing::TempDir dir;
  std::filesystem::create_directories(dir.File("one"));
  std::filesystem::create_directories(dir.File("two"));
  std::filesystem::create_directory_symlink(dir.File("one"), dir.File("link"));
  auto db = OpenStore(dir.File("link"));
  std::filesystem::remove(dir.File("link"));
  std::filesystem::create_directory_symlink(dir.File("two"), dir.File("link"));
  Use(*db, "a");
  REQUIRE(db->Close());
  CHECK(EntriesOf(dir.File("one")) == "a=2 ");
  CHECK(std::filesystem::is_empty(dir.File("two")));
}

TEST_CASE("a store whose directory was removed says so, and makes no other", "[write-ahead-log]") {
  const testing::TempDir dir;
  auto db = OpenStore(dir.File("db"));
  REQUIRE(db->Put("a", "1"));
  std::filesystem::remove_all(dir.File("db"));
  CHECK_FALSE(db->Flush());
  CHECK(CodeOf(db->Put("b", "1")) == "read-only");
  CHECK_FALSE(std::filesystem::exists(dir.File("db")));
}

// --- fork ----------------------------------------------------------------------------------------

TEST_CASE("a child that ends with a store of its parent's open changes nothing",
          "[write-ahead-log]") {
  const testing::TempDir dir;
  const int parent = InChild([&] {
    auto db = OpenStore(dir.path());
    if (!db->Put("a", "1")) return 1;
    const int child = InChild([&] {
      db.reset();  // As the destructors of static objects do.
      return 0;
    });
    if (child != 0 || !db->Put("b", "1")) return 2;
    KillThisProcess();
  });
  CHECK(parent == 256 + SIGKILL);
  CHECK(EntriesOf(dir.path()) == "a=1 b=1 ");
}

TEST_CASE("a child that uses its parent's store gets an error and changes nothing",
          "[write-ahead-log]") {
  const testing::TempDir dir;
  auto db = OpenStore(dir.path());
  REQUIRE(db->Put("a", "1"));
  const int failed = InChild([&] {
    std::string value;
    const auto refused = [](const auto& result) { return CodeOf(result) == "aborted"; };
    if (!refused(db->Put("a", "2")) || !refused(db->Delete("a")) || !refused(db->Sync())) return 1;
    if (!refused(db->Get("a", &value)) || !refused(db->NewIterator({}))) return 2;
    if (!refused(db->Flush())) return 3;
    if (!refused(db->VerifyAll())) return 4;
    if (!refused(db->CompactRange({}, {}))) return 5;
    if (!refused(db->WaitForCompactions())) return 6;
    if (!refused(db->PutIfAbsent("b", "1"))) return 7;
    if (!refused(db->Begin({}))) return 8;
    if (!refused(db->CreateTable("t", {}))) return 9;
    if (db->Stats().last_sequence != 0) return 10;
    if (!refused(db->Close())) return 11;
    db.reset();
    return 0;
  });
  CHECK(failed == 0);
  Use(*db, "b");
  REQUIRE(db->Close());
  CHECK(EntriesOf(dir.path()) == "a=1 b=2 ");
}

TEST_CASE("a child opens stores of its own as any process does", "[write-ahead-log]") {
  const testing::TempDir dir;
  auto db = OpenStore(dir.File("parent"));
  const int failed = InChild([&] {
    if (CodeOf(DB::Open({}, dir.File("parent"))) != "busy") return 1;
    auto own = OpenStore(dir.File("child"));
    if (!own->Put("a", "1")) return 2;
    if (!own->Flush()) return 3;
    return own->Close() ? 0 : 4;
  });
  CHECK(failed == 0);
  CHECK(EntriesOf(dir.File("child")) == "a=1 ");
}

TEST_CASE("a child lets go of snapshots and iterators that it inherited", "[snapshots]") {
  const testing::TempDir dir;
  auto db = OpenStore(dir.path());
  REQUIRE(db->Put("a", "1"));
  REQUIRE(db->Flush());
  auto snapshot = db->GetSnapshot();
  auto entries = Must(db->NewIterator({}));
  const int failed = InChild([&] {
    entries.reset();
    snapshot.reset();
    db.reset();
    return 0;
  });
  CHECK(failed == 0);
  REQUIRE(db->Put("a", "2"));
  std::string value;
  CHECK(Must(db->Get("a", &value, {.snapshot = snapshot})));
  CHECK(value == "1");
}

// --- descriptors
// ----------------------------------------------------------------------------------

TEST_CASE("a store has more tables than the process has descriptors", "[flush-and-merge]") {
  const testing::TempDir dir;
  const int failed = InChild([&] {
    const struct rlimit limit{.rlim_cur = 64, .rlim_max = 64};
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) return 1;
    Options options{.sync = SyncMode::kNone, .memtable_bytes = 16 << 10};
    options.table_bytes = 2 << 10;
    const auto key_of = [](int i) { return "key" + std::to_string(i * 7919 % 20'011); };
    for (int opening = 0; opening < 2; ++opening) {
      auto db = DB::Open(options, dir.path());
      if (!db) return 2;
      for (int i = 0; i < 4000 && opening == 0; ++i) {
        if (!(*db)->Put(key_of(i), std::string(40, 'v'))) return 3;
      }
      if (!(*db)->Flush()) return 4;
      std::string value;
      for (int i = 0; i < 4000; ++i) {
        const auto found = (*db)->Get(key_of(i), &value);
        if (!found || !*found) return 5;
      }
      std::uint64_t tables = 0;
      for (const LevelShape& level : (*db)->Stats().levels) tables += level.tables;
      if (tables < 64) return 6;
      if (!(*db)->Close()) return 7;
    }
    return 0;
  });
  CHECK(failed == 0);
}

// --- ids -----------------------------------------------------------------------------------------

// The ids of a store's log and of the files that its manifest names, each with where it is from.
std::multimap<std::string, std::string> IdsIn(const std::string& directory) {
  std::multimap<std::string, std::string> ids;
  FileSystem& files = PosixFileSystem();
  for (const std::string& name : Must(files.List(directory))) {
    const auto file = ParseFileName(name);
    if (!file) continue;
    const std::string contents = Must(files.ReadFile(JoinPath(directory, name), 1 << 20));
    if (file->kind == FileKind::kLog) {
      wal::LogReader reader(contents);
      Must(reader.Next());
      ids.emplace("log " + std::to_string(reader.log_id()), name);
    }
    if (file->kind == FileKind::kManifest) {
      wal::LogReader reader(contents);
      Must(reader.Next());
      ids.emplace("log " + std::to_string(reader.log_id()), name);
      const ManifestState state = Must(ReadManifest(contents, 0));
      const auto text = [](const FileId& id) { return std::string(id.begin(), id.end()); };
      ids.emplace("store " + text(state.properties.store_id), name);
      for (const auto& [number, table] : state.tables)
        ids.emplace("table " + text(table.file_id), name);
    }
  }
  return ids;
}

TEST_CASE("no id is given twice, however often one process opens stores", "[write-ahead-log]") {
  const testing::TempDir dir;
  std::set<std::string> seen;
  for (int store = 0; store < 4; ++store) {
    const std::string directory = dir.File("db" + std::to_string(store));
    std::set<std::string> own;
    for (int opening = 0; opening < 4; ++opening) {
      auto db = OpenStore(directory);
      REQUIRE(db->Put("k" + std::to_string(opening), "v"));
      REQUIRE(db->Flush());
      REQUIRE(db->Close());
      for (const auto& [id, _] : IdsIn(directory)) own.insert(id);
    }
    CHECK(own.size() >= 4);
    for (const std::string& id : own) CHECK(seen.insert(id).second);
  }
}

}  // namespace
}  // namespace strata
