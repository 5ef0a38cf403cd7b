// A store, the memory disk under it, a simulated clock and executor, where everything may fail: no
// call fails the test by itself, so checks can report what happened (and mutants be seen to fail).
// TestStore is the same for tests in which nothing may.
//
// Thread safety: none.

#pragma once

#include <memory>
#include <string>

#include "io/environment.h"
#include "io/memory_file_system.h"
#include "strata/db.h"
#include "testing/history.h"

namespace strata::testing {

class StoreWorld {
 public:
  static constexpr const char* kDirectory = "db";

  StoreWorld(std::unique_ptr<MemoryFileSystem> disk, const Options& options, std::uint64_t seed);
  ~StoreWorld();

  // Opens what is on the disk. `through`, which must outlive the open store, stands between it and
  // the disk. REQUIRES: no store is open.
  Status Open(FileSystem* through = nullptr);
  bool is_open() const { return db_ != nullptr; }
  Status Close();

  // The process dies: what the operating system has survives.
  void Kill();
  // The power goes: what was synced survives, of the rest what `kind` says.
  void PowerCut(CrashKind kind, Random& random);

  // Writes `changes` as one batch and enters the outcome into `history`. `durable`: a successful
  // write under these options is.
  Status Write(Changes changes, History* history, const WriteOptions& options = {});
  Status Sync(History* history);

  // All entries, by a scan.
  Result<Model> ReadAll();

  DB* operator->() { return db_.get(); }
  DB& db() { return *db_; }
  MemoryFileSystem& disk() { return *disk_; }
  Options& options() { return options_; }
  ManualClock& clock() { return clock_; }
  SimExecutor& executor() { return *executor_; }

 private:
  Options options_;
  ManualClock clock_;
  std::unique_ptr<MemoryFileSystem> disk_;
  std::unique_ptr<SimExecutor> executor_;
  Environment environment_;
  std::unique_ptr<DB> db_;
};

// All entries of a store, by a scan; keys of named tables as "table/key".
Result<Model> ReadAll(DB& db);

// The paths of the files in the store's directory.
std::vector<std::string> FilesOf(MemoryFileSystem& disk);

}  // namespace strata::testing
