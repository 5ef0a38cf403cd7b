// A store on a disk in memory with a simulated clock and executor, for tests of the db module and
// everything above it.
//
// Thread safety: none.

#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "io/environment.h"
#include "io/memory_file_system.h"
#include "strata/db.h"

namespace strata::testing {

class TestStore {
 public:
  enum class Start : std::uint8_t { kOpen, kClosed };
  explicit TestStore(Options options = {}, std::uint64_t seed = 1, Start start = Start::kOpen);
  ~TestStore();

  DB* operator->() { return db_.get(); }
  DB& operator*() { return *db_; }

  // The value, or nothing. A failed read fails the test.
  std::optional<std::string> Get(std::string_view key);

  // Closes the store cleanly and opens it again.
  void Reopen();
  // The process dies: what the operating system has survives.
  void Kill();
  // The power goes: what was synced survives, of the rest what `kind` says.
  void PowerCut(CrashKind kind, Random& random);
  // Opens whatever is on the disk now.
  Status TryOpen();

  MemoryFileSystem& disk() { return *disk_; }
  ManualClock& clock() { return clock_; }
  SimExecutor& executor() { return *executor_; }
  Options& options() { return options_; }
  static constexpr const char* kDirectory = "db";

 private:
  Options options_;
  const std::uint64_t seed_;
  ManualClock clock_;
  std::unique_ptr<MemoryFileSystem> disk_;
  std::unique_ptr<SimExecutor> executor_;
  Environment environment_;
  std::unique_ptr<DB> db_;
};

// "a=1 b=2 " with keys and values escaped. A failed move fails the test.
std::string Scan(DB& db, const ReadOptions& options = {});
std::string ScanBackwards(DB& db, const ReadOptions& options = {});
// A model in the same form.
std::string Render(const std::map<std::string, std::string>& model);

}  // namespace strata::testing
