// The seam between Strata and a disk. Three implementations stand behind it: posix (the real one),
// memory (its Crash() gives a disk as a power cut may leave it) and faulty (fails the n-th
// operation). One conformance suite runs over all of them.
//
// Durability: bytes survive a crash once Sync() of their file has succeeded, a name (created,
// renamed or removed) once SyncDirectory() of its directory has.
// Thread safety: a FileSystem may be shared; each file object says its own.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace strata {

// A file that grows at its end. One thread at a time.
//
// After an error the tail of the file is unknown: stop using it. A failed Sync is final: what it
// was to make durable may be lost although a later Sync succeeds, so it must not be retried. But an
// Append that finds no room (kNoSpace) adds nothing, and the file goes on.
class WritableFile {
 public:
  WritableFile() = default;
  WritableFile(const WritableFile&) = delete;
  WritableFile& operator=(const WritableFile&) = delete;
  virtual ~WritableFile() = default;  // Closes, ignoring errors: call Close() to see them.

  // Hands `data` to the operating system: it survives the end of the process, not of the machine.
  // Errors: kNoSpace when not all of it fits; none of it is in the file then, though until the next
  // Sync the end of the process, or of the machine, may have left a part after the file's end.
  virtual Status Append(std::string_view data) = 0;

  // Makes all appended bytes, and the size, survive a power cut (fdatasync).
  virtual Status Sync() = 0;

  // Gives back space that was preallocated past the last byte appended, then closes.
  virtual Status Close() = 0;

  // Bytes appended so far.
  virtual std::uint64_t size() const = 0;
};

// A file read at any offset. Thread safety: any number of threads.
class RandomAccessFile {
 public:
  RandomAccessFile() = default;
  RandomAccessFile(const RandomAccessFile&) = delete;
  RandomAccessFile& operator=(const RandomAccessFile&) = delete;
  virtual ~RandomAccessFile() = default;

  // Reads exactly `size` bytes at `offset`. The view points into `scratch` (REQUIRES: `size`
  // writable bytes), or, where the file is mapped, into the mapping, which lives as long as the
  // file object. A range past the end of the file is kCorruption: a file that ends early is one.
  virtual Result<std::string_view> Read(std::uint64_t offset, std::size_t size,
                                        char* scratch) const = 0;

  // As Read, if the bytes can be had without waiting for the disk; nothing otherwise, and where
  // that can't be known.
  virtual Result<std::optional<std::string_view>> ReadAtOnce(std::uint64_t /*offset*/,
                                                             std::size_t /*size*/,
                                                             char* /*scratch*/) const {
    return std::optional<std::string_view>();
  }

  virtual std::uint64_t size() const = 0;

  // A descriptor for an asynchronous reader, open until it is released; -1 where there is none, and
  // nothing to release then.
  virtual int AcquireDescriptor() const { return -1; }
  virtual void ReleaseDescriptor() const {}
};

// Held by the process that owns a directory; given back by the destructor.
class FileLock {
 public:
  FileLock() = default;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  virtual ~FileLock() = default;
};

enum class ReadMode : std::uint8_t {
  kPread,    // One system call a read; a fault of the disk is an error of that read.
  kMapped,   // Reads cost no system call; a fault of the disk ends the process (SIGBUS).
  kGrowing,  // As kPread, of a file that is still written: a read sees what was appended before.
             // What size() says is a guess.
  kOnDisk,   // As kPread, but what the system has cached of the file is dropped first (best
             // effort): for those who ask what is on the disk.
};

struct WritableFileOptions {
  // Reserve this much space ahead, in steps of this size, so that a Sync has no blocks to allocate.
  // The size of the file doesn't show it. Best effort: a disk that can't do it isn't an error.
  std::uint64_t preallocate_bytes = 0;
  // Reserve by writing zeros, and append by copying into a mapping of them: no system call an
  // append, and a Sync finds no metadata to write. Until Close the file may show zeros past the
  // last byte appended; a process that is killed leaves them.
  bool mapped = false;
};

class FileSystem {
 public:
  FileSystem() = default;
  FileSystem(const FileSystem&) = delete;
  FileSystem& operator=(const FileSystem&) = delete;
  virtual ~FileSystem() = default;

  // Creates an empty file (mode 0600). Errors: kIo if it exists: file numbers are never reused.
  virtual Result<std::unique_ptr<WritableFile>> Create(const std::string& path,
                                                       const WritableFileOptions& options) = 0;
  Result<std::unique_ptr<WritableFile>> Create(const std::string& path) {
    return Create(path, WritableFileOptions{});
  }

  // Errors: kNotFound.
  virtual Result<std::unique_ptr<RandomAccessFile>> Open(const std::string& path,
                                                         ReadMode mode) = 0;
  Result<std::unique_ptr<RandomAccessFile>> Open(const std::string& path) {
    return Open(path, ReadMode::kPread);
  }

  // The whole file. Errors: kNotFound; kCorruption if it is larger than `size_max` bytes.
  virtual Result<std::string> ReadFile(const std::string& path, std::uint64_t size_max) = 0;

  virtual Result<bool> Exists(const std::string& path) = 0;
  virtual Result<std::uint64_t> FileSize(const std::string& path) = 0;
  // Nobody but its owner may read the file. Where files have no owners it is private if it is
  // there.
  virtual Result<bool> IsPrivate(const std::string& path) { return Exists(path); }

  // Names (not paths) in a directory, sorted, without "." and "..".
  virtual Result<std::vector<std::string>> List(const std::string& directory) = 0;

  // Creates the directory (mode 0700) and its missing parents; success if it is there. As with
  // files, the new names are durable once their parents are synced.
  virtual Status CreateDirectories(const std::string& directory) = 0;

  // Readers that have the file open keep it. Errors: kNotFound.
  virtual Status Remove(const std::string& path) = 0;
  // Errors: kIo if it isn't empty, kNotFound.
  virtual Status RemoveDirectory(const std::string& directory) = 0;

  // Replaces `to` if it exists; readers see the old or the new file, never neither.
  // Errors: kNotFound.
  virtual Status Rename(const std::string& from, const std::string& to) = 0;

  virtual Status SyncDirectory(const std::string& directory) = 0;

  // Takes the lock file at `path`, creating it; its content is the owner's process id. Errors:
  // kBusy when another process, or another handle of this one, holds it; the message says which.
  virtual Result<std::unique_ptr<FileLock>> Lock(const std::string& path) = 0;

  // The same files, with `directory` found now and held open: whatever becomes of its name, of
  // links on the way to it or of the working directory, paths below stay in the directory found.
  // They are given, and shown in messages, as before: JoinPath(directory, name). Once the directory
  // has been removed, nothing can be created in it. REQUIRES: only `directory` and names in it are
  // asked for. This file system outlives the result, and the result the files opened with it.
  // Errors: kNotFound.
  virtual Result<std::unique_ptr<FileSystem>> OpenDirectory(const std::string& directory) = 0;
  // Gives the file a second name, `to` in `other`: one copy of the bytes on the disk. Errors:
  // kUnsupported where that can't be, as between two disks: then it has to be copied.
  virtual Status Link(const std::string& path, FileSystem& other, const std::string& to);
};

// The real file system; lives for ever.
FileSystem& PosixFileSystem();

// "dir/name".
std::string JoinPath(std::string_view directory, std::string_view name);
// "a/b/c" -> "a/b"; "c" -> ".".
std::string ParentDirectory(std::string_view path);
// "a//b/./x/../c" -> a, b, c.
std::vector<std::string> SplitPath(std::string_view path);

}  // namespace strata
