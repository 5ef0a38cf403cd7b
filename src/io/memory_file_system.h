// A disk in memory, for tests, simulation and stores that needn't last. It remembers what was
// synced, so that Crash() can return a disk as a power cut may leave it (io/memory_disk.h says what
// that may be). The working directory is the root, so "a" and "/a" are the same.
//
// Thread safety: any number of threads, as the real one. It must outlive the files opened with it.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/random.h"
#include "io/file_system.h"

namespace strata {

// What a power cut does to the bytes and names that weren't synced.
enum class CrashKind : std::uint8_t {
  kNothingUnsynced,  // All that wasn't synced is gone.
  kEverything,       // All of it is there.
  kPrefix,           // Operations persist in order up to a drawn point.
  kMetadataOnly,     // Names and sizes persist; data that wasn't synced reads as zeros.
  kDataOnly,         // Data persists; names that weren't synced don't.
  kTornLast,         // Everything, but the last write stops at a drawn 512-byte sector.
  kReversed,         // Later unsynced writes persist, earlier ones don't.
  kRandomSubset,     // Each unsynced page and name independently: new, old, zero or garbage.
};
inline constexpr int kCrashKinds = 8;

// What becomes of the unsynced bytes of a file whose sync fails. Real kernels do all three; no
// later sync ever includes the bytes, and yet it reports success.
enum class FailedSync : std::uint8_t {
  kKeepsData,     // They stay readable; a crash may leave them or not, as it may unsynced bytes.
  kRevertsData,   // They are zeros at once (for files opened from now on) and after a crash.
  kLosesOnCrash,  // They stay readable, and are zeros after a crash.
};

class MemoryFileSystem : public FileSystem {
 public:
  // A new disk with one legal outcome of losing power now. This one isn't changed.
  virtual std::unique_ptr<MemoryFileSystem> Crash(CrashKind kind, Random& random) const = 0;

  // A copy of the disk as a running process sees it (as after kill -9).
  virtual std::unique_ptr<MemoryFileSystem> Clone() const = 0;

  // A sync of the file at `path` has just failed like this. Nothing happens if there is no such
  // file.
  virtual void ForgetUnsynced(const std::string& path, FailedSync how) = 0;

  // Tests reach into files to damage them. Errors: kNotFound.
  virtual Result<std::string> Contents(const std::string& path) const = 0;
  // Replaces the content, as if it had always been there and synced; creates the file, and the
  // directories above it.
  virtual void SetContents(const std::string& path, std::string contents) = 0;

  // Appends that don't fit, and creations, fail with kNoSpace once files hold this much; 0 means no
  // limit. A power cut may leave what would have fitted of such an append.
  virtual void SetCapacity(std::uint64_t bytes) = 0;
};

std::unique_ptr<MemoryFileSystem> NewMemoryFileSystem();

}  // namespace strata
