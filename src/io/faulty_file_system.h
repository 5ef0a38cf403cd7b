// A file system that fails on demand: counts the operations of the one below it and makes the n-th
// fail, once or from then on, or ends the world there (every later operation fails, as after a
// crash). The three ways in which a failed sync behaves on real systems are among the faults.
//
// Thread safety: any number of threads; the count is global to the object.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/file_system.h"
#include "io/memory_file_system.h"

namespace strata {

enum class FileOperation : std::uint8_t {
  kCreate,
  kOpen,
  kAppend,
  kSync,
  kClose,
  kRead,
  kReadFile,
  kExists,
  kFileSize,
  kList,
  kCreateDirectories,
  kRemove,  // Of a file or a directory.
  kRename,
  kSyncDirectory,
  kLock,
};
inline constexpr int kFileOperations = 15;
std::string_view FileOperationName(FileOperation operation);

// The planned fault happens at the first operation from `fail_at` on that can have it: a sync can't
// run out of file descriptors.
enum class Fault : std::uint8_t {
  kEio,         // Fails with EIO; nothing was done.
  kEnospc,      // Fails with ENOSPC; nothing was done.
  kEdquot,      // As kEnospc, with EDQUOT.
  kEmfile,      // No file can be opened.
  kErofs,       // Nothing can be changed.
  kShortWrite,  // An append writes half, then fails with EIO.
  // A sync fails with EIO, and its bytes are treated as FailedSync says; later syncs succeed
  // without them.
  kSyncKeepsData,
  kSyncRevertsData,
  kSyncLosesOnCrash,
  kDirectoryNotSynced,  // A sync of a directory succeeds and has done nothing: nobody asked for it.
  kFullDisk,            // As kEnospc, where something new takes room: not at a sync or a close.
};

struct FaultPlan {
  std::uint64_t fail_at = UINT64_MAX;  // Index of the operation that fails, from 0.
  Fault fault = Fault::kEio;
  bool sticky = false;  // From then on every operation that can have this fault fails,
  std::uint64_t heals_at = UINT64_MAX;  // up to this one, which does well again.
  bool crash = false;     // From then on nothing is done or counted, and every operation fails.
  std::string only = {};  // It can only happen to a path that ends so.
};

struct FileEvent {
  FileOperation operation;
  std::string path;
};

class FaultyFileSystem : public FileSystem {
 public:
  virtual void SetPlan(const FaultPlan& plan) = 0;    // Also sets the count to zero.
  virtual std::uint64_t operations() const = 0;       // Counted so far.
  virtual bool fired() const = 0;                     // The planned fault has happened.
  virtual std::uint64_t fired_at() const = 0;         // The first time, at this operation.
  virtual std::vector<FileEvent> events() const = 0;  // The operations counted so far, in order.
};

// `below` must outlive the result, and the result the files opened with it. Only over a
// MemoryFileSystem do the sync faults lose bytes; elsewhere they are kEio.
std::unique_ptr<FaultyFileSystem> NewFaultyFileSystem(FileSystem& below);

}  // namespace strata
