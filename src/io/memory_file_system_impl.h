// The inside of a MemoryFileSystem, which several files share: the disk, its lock, and how names
// are found on it. memory_file_system.cc does what every file system does, memory_crash.cc what
// only tests ask for.
//
// Thread safety: any thread.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/memory_disk.h"
#include "io/memory_file_system.h"
#include "io/mutex.h"

namespace strata {

// Where a name is, or would be.
struct MemoryPlace {
  MemoryNodePtr directory;
  std::string name;
  MemoryNodePtr node;  // Null: nothing has this name.
};

class MemoryFileSystemImpl final : public MemoryFileSystem {
 public:
  MemoryFileSystemImpl() = default;
  MemoryFileSystemImpl(MemoryDisk disk, std::uint64_t capacity)
      : disk_(std::move(disk)), capacity_(capacity), used_(disk_.SizeOfFiles()) {}

  Result<std::unique_ptr<WritableFile>> Create(const std::string& path,
                                               const WritableFileOptions& options) override;
  Result<std::unique_ptr<RandomAccessFile>> Open(const std::string& path, ReadMode mode) override;
  Result<std::string> ReadFile(const std::string& path, std::uint64_t size_max) override;
  Result<bool> Exists(const std::string& path) override;
  Result<std::uint64_t> FileSize(const std::string& path) override;
  Result<std::vector<std::string>> List(const std::string& directory) override;
  Status CreateDirectories(const std::string& directory) override;
  Status Remove(const std::string& path) override;
  Status RemoveDirectory(const std::string& directory) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status SyncDirectory(const std::string& directory) override;
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override;
  Result<std::unique_ptr<FileSystem>> OpenDirectory(const std::string& directory) override;

  std::unique_ptr<MemoryFileSystem> Crash(CrashKind kind, Random& random) const override;
  std::unique_ptr<MemoryFileSystem> Clone() const override;
  void ForgetUnsynced(const std::string& path, FailedSync how) override;
  Result<std::string> Contents(const std::string& path) const override;
  void SetContents(const std::string& path, std::string contents) override;
  void SetCapacity(std::uint64_t bytes) override;

  // For the files that were opened here.
  Status AppendTo(MemoryNode& file, const std::string& path, std::string_view data);
  void SyncFile(MemoryNode& file);
  void Unlock(MemoryNode& file);
  // Where the directory is now; `path` if it is still there, or nowhere.
  std::string PathOf(const MemoryNodePtr& directory, const std::string& path) const;

 private:
  // Errors: kNotFound or kIo if the directory above isn't there.
  Result<MemoryPlace> Find(const std::string& path, std::string_view doing) const
      STRATA_REQUIRES(mutex_);
  Result<MemoryNodePtr> FindFile(const std::string& path, std::string_view doing) const
      STRATA_REQUIRES(mutex_);
  Result<MemoryNodePtr> FindDirectory(const std::string& path, std::string_view doing) const
      STRATA_REQUIRES(mutex_);
  Result<MemoryNodePtr> CreateFile(const std::string& path, const MemoryPlace& place)
      STRATA_REQUIRES(mutex_);
  void ChangeName(NameChange change) STRATA_REQUIRES(mutex_);
  void Unlink(MemoryNode& file) STRATA_REQUIRES(mutex_);

  mutable Mutex mutex_;
  MemoryDisk disk_ STRATA_GUARDED_BY(mutex_);
  std::uint64_t capacity_ STRATA_GUARDED_BY(mutex_) = 0;
  std::uint64_t used_ STRATA_GUARDED_BY(mutex_) = 0;  // Bytes of files that have a name.
};

}  // namespace strata
