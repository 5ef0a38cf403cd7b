// A store for benchmarks: over a disk in memory (costs of the engine alone) or in a temporary
// directory of the real one, removed afterwards.
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

class BenchStore {
 public:
  // Ends the process when the store can't be opened.
  explicit BenchStore(Options options = {}, Disk disk = Disk::kMemory)
      : environment_(RealEnvironment()) {
    environment_.seed = 301;
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
    auto opened = DB::Open(options, path);
    if (!opened) {
      std::fprintf(stderr, "%s\n", opened.error().message().c_str());
      std::exit(1);
    }
    db_ = *std::move(opened);
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

}  // namespace strata::testing
