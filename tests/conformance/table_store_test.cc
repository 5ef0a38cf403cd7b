#include <catch2/catch.hpp>

#include "conformance/table_store_conformance.h"
#include "io/memory_file_system.h"
#include "testing/memory_table_store.h"
#include "testing/results.h"
#include "version/local_table_store.h"

namespace strata::testing {
namespace {

// With the directory found once, and held.
struct Local {
  explicit Local(std::unique_ptr<FileSystem> held) : directory(std::move(held)) {
    store.Start(directory, [this] { return next_number++; });
  }

  std::shared_ptr<FileSystem> directory;
  Counters counters;
  FileNumber next_number = 1;
  LocalTableStore store{{.directory = "db", .reader = {.counters = &counters}}};
};

MakeTableStore LocalOn(FileSystem& disk) {
  return [&disk] {
    REQUIRE(disk.CreateDirectories("db"));
    const auto local = std::make_shared<Local>(Must(disk.OpenDirectory("db")));
    for (const StoredFile& file : Must(local->store.List())) {
      local->store.RemovalOf({.kind = file.kind, .number = file.number})();
    }
    return std::shared_ptr<TableStore>(local, &local->store);
  };
}

std::shared_ptr<TableStore> InMemory() {
  return std::make_shared<MemoryTableStore>();
}

TEST_CASE("tables in a directory conform", "[flush-and-merge]") {
  const auto disk = NewMemoryFileSystem();
  CheckTableStore(LocalOn(*disk));
}

TEST_CASE("tables that are objects in memory conform", "[flush-and-merge]") {
  CheckTableStore(InMemory);
}

TEST_CASE("whoever removes a file later needs neither its store nor the directory's name",
          "[flush-and-merge]") {
  const auto disk = NewMemoryFileSystem();
  auto store = LocalOn(*disk)();
  const FileIdentity file = store->NewIdentity(FileKind::kTable);
  REQUIRE(Must(store->Create(file))->Close());
  const auto remove = store->RemovalOf(file);
  store.reset();
  REQUIRE(disk->Rename("db", "elsewhere"));
  CHECK(Must(disk->List("elsewhere")).size() == 1);
  remove();
  CHECK(Must(disk->List("elsewhere")).empty());
}

TEST_CASE("names are durable once they are synced", "[flush-and-merge]") {
  const auto disk = NewMemoryFileSystem();
  const bool synced = GENERATE(true, false);
  REQUIRE(disk->CreateDirectories("db"));
  REQUIRE(disk->SyncDirectory(ParentDirectory("db")));
  const auto store = LocalOn(*disk)();
  const auto file = Must(store->Create(store->NewIdentity(FileKind::kTable)));
  REQUIRE(file->Sync());
  REQUIRE(file->Close());
  if (synced) REQUIRE(store->SyncNames());
  Random random(1);
  const auto after = disk->Crash(CrashKind::kNothingUnsynced, random);
  CHECK(Must(after->List("db")).size() == (synced ? 1 : 0));
}

TEST_CASE("blobs in a directory, and in memory, conform", "[value-separation]") {
  const auto disk = NewMemoryFileSystem();
  CheckBlobsOfTableStore(LocalOn(*disk));
  CheckBlobsOfTableStore(InMemory);
}
}  // namespace
}  // namespace strata::testing
