// Stores for benchmarks: over a disk in memory (costs of the engine alone) or in a temporary
// directory of the real one, removed afterwards; and one of which every run does the same.
//
// Thread safety: as DB.

#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "base/check.h"
#include "io/environment.h"
#include "io/memory_file_system.h"
#include "strata/db.h"

namespace strata::testing {

enum class Disk : std::uint8_t { kMemory, kReal };

// Ends the process when the store can't be opened.
inline std::unique_ptr<DB> MustOpen(const Options& options, const std::string& path) {
  auto opened = DB::Open(options, path);
  if (!opened) {
    std::fprintf(stderr, "%s\n", opened.error().message().c_str());
    std::exit(1);
  }
  return *std::move(opened);
}

class BenchStore {
 public:
  // Ends the process when the store can't be opened.
  explicit BenchStore(Options options = {}, Disk disk = Disk::kMemory)
      : environment_(RealEnvironment()) {
    environment_.entropy = SeededEntropy(301);
    std::string path = "db";
    if (disk == Disk::kMemory) {
      memory_ = NewMemoryFileSystem();
      environment_.files = memory_.get();
    } else {
      std::string name = (std::filesystem::temp_directory_path() / "strata-bench-XXXXXX").string();
      STRATA_CHECK(mkdtemp(name.data()) != nullptr);
      directory_ = name;
      path = directory_ + "/db";
    }
    options.environment = &environment_;
    db_ = MustOpen(options, path);
  }

  ~BenchStore() {
    db_.reset();
    std::error_code ignored;
    if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
  }

  BenchStore(const BenchStore&) = delete;
  BenchStore& operator=(const BenchStore&) = delete;

  DB* operator->() { return db_.get(); }

 private:
  std::unique_ptr<MemoryFileSystem> memory_;
  Environment environment_;
  std::string directory_;  // To remove; empty for a disk in memory.
  std::unique_ptr<DB> db_;
};

// In memory, with simulated threads and a clock that stands: counters come out the same each time.
class SimulatedStore {
 public:
  // Ends the process when the store can't be opened.
  explicit SimulatedStore(Options options) {
    environment_.files = disk_.get();
    environment_.clock = &clock_;
    environment_.executor = executor_.get();
    environment_.entropy = SeededEntropy(1);
    options.environment = &environment_;
    db_ = MustOpen(options, "db");
  }

  DB& operator*() { return *db_; }

 private:
  ManualClock clock_;
  const std::unique_ptr<MemoryFileSystem> disk_ = NewMemoryFileSystem();
  const std::unique_ptr<SimExecutor> executor_ = NewSimExecutor(1, clock_);
  Environment environment_;
  std::unique_ptr<DB> db_;
};

}  // namespace strata::testing
