// A store on a disk in memory, the backups of it beside it, and what it held when each was made.
//
// Thread safety: none.

#pragma once

#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <string>

#include "backup/directory_target.h"
#include "backup/repository.h"
#include "backup/restore.h"
#include "io/environment.h"
#include "strata/backup.h"
#include "testing/results.h"
#include "testing/store_world.h"

namespace strata::testing {

inline constexpr const char* kBackups = "backups";

// Tables of a few kilobytes, and values of 300 bytes in blob files.
inline Options SmallTables() {
  return {.memtable_bytes = 16 << 10,
          .memtable = MemtableKind::kSkipList,
          .table_bytes = 8 << 10,
          .blob_threshold = 300};
}

inline Environment EnvironmentOn(FileSystem& files, StoreWorld& world, std::uint64_t seed = 99) {
  return {.files = &files,
          .clock = &world.clock(),
          .executor = &world.executor(),
          .entropy = SeededEntropy(seed),
          .network = nullptr};
}

// What a store that was restored to `directory` holds, or why it can't be read.
inline Result<Model> ReadStore(const Environment& environment, const std::string& directory,
                               Options options = SmallTables()) {
  options.environment = &environment;
  options.create_if_missing = false;
  STRATA_TRY_ASSIGN(const auto db, DB::Open(options, directory));
  STRATA_TRY(db->VerifyAll());
  STRATA_TRY_ASSIGN(Model model, ReadAll(*db));
  STRATA_TRY(db->Close());
  return model;
}

inline std::unique_ptr<backup::DirectoryTarget> RepositoryOn(
    FileSystem& files,
    backup::DirectoryTarget::Access access = backup::DirectoryTarget::Access::kRead) {
  return Must(backup::DirectoryTarget::Open(files, kBackups, access));
}

inline Result<RestoreInfo> RestoreOn(const Environment& environment, const std::string& directory,
                                     const RestoreOptions& how = {}) {
  return backup::Restore(environment, *RepositoryOn(*environment.files), directory, how);
}

inline Result<backup::Pruned> PruneOn(FileSystem& files, std::uint64_t keep) {
  const auto target = RepositoryOn(files, backup::DirectoryTarget::Access::kWrite);
  return backup::Prune(*target, keep);
}

class BackupWorld {
 public:
  explicit BackupWorld(const Options& options = SmallTables(), std::uint64_t seed = 1)
      : world_(NewMemoryFileSystem(), options, seed) {
    REQUIRE(world_.Open());
  }

  StoreWorld& store() { return world_; }
  DB& db() { return world_.db(); }
  MemoryFileSystem& disk() { return world_.disk(); }
  Environment environment(std::uint64_t seed = 99) { return EnvironmentOn(disk(), world_, seed); }

  // Keys "k<from>" up to "k<to>"; one in five has a large value.
  void Fill(int from, int to, char fill = 'v') {
    for (int i = from; i < to; ++i) {
      const std::string value(i % 5 == 0 ? 400 : 20, fill);
      REQUIRE(db().Put("k" + std::to_string(1000 + i), value + std::to_string(i)));
    }
  }

  BackupInfo Make(const BackupOptions& options = {}) {
    const Model model = Must(ReadAll(db()));
    const BackupInfo info = Must(db().Backup(kBackups, options));
    held[info.number] = model;
    return info;
  }

  // Restores a backup, and returns what the store then holds.
  Result<Model> Restored(const std::string& directory, const RestoreOptions& how = {}) {
    const Environment there = environment();
    STRATA_TRY(RestoreOn(there, directory, how));
    return ReadStore(there, directory);
  }

  std::map<std::uint64_t, Model> held;  // By number.

 private:
  StoreWorld world_;
};

}  // namespace strata::testing
