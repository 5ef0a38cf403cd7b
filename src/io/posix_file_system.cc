#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <limits>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "io/descriptor_pool.h"
#include "io/file_system.h"
#include "io/os_error.h"
#include "io/owner_process.h"
#include "io/posix_descriptor.h"
#include "io/posix_files.h"
#include "io/posix_mapped_log.h"

namespace strata {
namespace {

constexpr mode_t kFileMode = 0600;
constexpr mode_t kDirectoryMode = 0700;
constexpr std::size_t kClosedAtOnce = 8;  // Descriptors of the pool, when there are none left.

// A path as the system calls want it: a directory's descriptor and a name from there on.
struct Place {
  int directory = AT_FDCWD;
  const char* name = nullptr;  // Lives as long as the path.
};

Result<struct stat> StatOf(int fd, const std::string& path) {
  struct stat info{};
  if (::fstat(fd, &info) != 0) return OsError(errno, "reading the size of", path);
  return info;
}

// --- the lock ----------------------------------------------------------------------------------

// flock belongs to the open file, not to the process, so it also keeps out a second handle of this
// process. The kernel gives it back however the process ends.
class PosixFileLock final : public FileLock {
 public:
  explicit PosixFileLock(Descriptor fd) : fd_(std::move(fd)) {}
  ~PosixFileLock() override {
    if (owner_.IsThisProcess()) static_cast<void>(::ftruncate(fd_.get(), 0) == 0);
  }

 private:
  const OwnerProcess owner_;
  const Descriptor fd_;
};

// The process that wrote its id into the lock file, or 0.
int OwnerOf(int fd) {
  char text[16];
  const ssize_t count = ::pread(fd, text, sizeof(text), 0);
  int pid = 0;
  if (count > 0) std::from_chars(text, text + count, pid);
  return pid;
}

Error LockedError(const std::string& path, int owner) {
  std::string message = "locking " + path + ": ";
  if (owner == ::getpid()) {
    message += "this process already has the store open; close that handle first, or share it";
  } else if (owner > 0) {
    message += "process " + std::to_string(owner) + " has the store open; end it first";
  } else {
    message += "another process has the store open; end it first";
  }
  return Error(ErrorCode::kBusy, std::move(message));
}

Result<Descriptor> OpenPlace(Place at, const std::string& path, int flags, std::string_view doing) {
  const auto open = [&] { return ::openat(at.directory, at.name, flags | O_CLOEXEC, kFileMode); };
  int fd = Uninterrupted(open);
  const bool has_none_left = fd < 0 && (errno == EMFILE || errno == ENFILE);
  if (has_none_left && DescriptorPool::OfProcess().Close(kClosedAtOnce) > 0) {
    fd = Uninterrupted(open);
  }
  if (fd < 0) return OsError(errno, doing, path);
  return ClearOfStandardStreams(Descriptor(fd), path);
}

// --- the file system ---------------------------------------------------------------------------

class PosixFiles : public FileSystem {
 public:
  Result<std::unique_ptr<WritableFile>> Create(const std::string& path,
                                               const WritableFileOptions& options) override {
    STRATA_TRY_ASSIGN(Descriptor fd, OpenAt(path, O_RDWR | O_CREAT | O_EXCL, "creating"));
    if (options.mapped && options.preallocate_bytes > 0) {
      return NewMappedLog(std::move(fd), path, options.preallocate_bytes);
    }
    return NewPosixWriter(std::move(fd), path, options.preallocate_bytes);
  }

  Result<std::unique_ptr<RandomAccessFile>> Open(const std::string& path, ReadMode mode) override {
    STRATA_TRY_ASSIGN(Descriptor fd, OpenAt(path, O_RDONLY, "opening"));
    STRATA_TRY_ASSIGN(const struct stat info, StatOf(fd.get(), path));
    if (S_ISDIR(info.st_mode)) return OsError(EISDIR, "opening", path);
    if (mode == ReadMode::kGrowing) {
      return NewPosixReader(std::move(fd), path, std::numeric_limits<off_t>::max());
    }
    if (mode == ReadMode::kPread) return NewReader(std::move(fd), path, info);
    if (mode == ReadMode::kOnDisk) {  // Pages that aren't written yet stay.
      (void)::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED);
      return NewPosixReader(std::move(fd), path, static_cast<std::uint64_t>(info.st_size));
    }
    return NewMappedReader(fd, path, static_cast<std::uint64_t>(info.st_size));
  }

  Result<std::string> ReadFile(const std::string& path, std::uint64_t size_max) override {
    STRATA_TRY_ASSIGN(const Descriptor fd, OpenAt(path, O_RDONLY, "opening"));
    STRATA_TRY_ASSIGN(const struct stat info, StatOf(fd.get(), path));
    const auto size = static_cast<std::uint64_t>(info.st_size);
    if (size > size_max) return FileTooLarge(path, size_max);
    std::string content(size, '\0');
    STRATA_TRY_ASSIGN(const std::size_t done,
                      ReadFully(fd.get(), path, 0, content.size(), content.data()));
    content.resize(done);
    return content;
  }

  Result<bool> Exists(const std::string& path) override {
    struct stat info{};
    const Place at = At(path);
    if (::fstatat(at.directory, at.name, &info, 0) == 0) return true;
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return OsError(errno, "looking for", path);
  }

  Result<std::uint64_t> FileSize(const std::string& path) override {
    struct stat info{};
    const Place at = At(path);
    if (::fstatat(at.directory, at.name, &info, 0) != 0) {
      return OsError(errno, "reading the size of", path);
    }
    return static_cast<std::uint64_t>(info.st_size);
  }

  Result<bool> IsPrivate(const std::string& path) override {
    struct stat info{};
    const Place at = At(path);
    if (::fstatat(at.directory, at.name, &info, 0) != 0) {
      return OsError(errno, "reading the mode of", path);
    }
    // Root's group may: so systemd hands out credentials.
    const bool group_reads = (info.st_mode & S_IRGRP) != 0 && info.st_gid != 0;
    return !group_reads && (info.st_mode & S_IROTH) == 0;
  }

  Result<std::vector<std::string>> List(const std::string& directory) override {
    STRATA_TRY_ASSIGN(Descriptor fd, OpenAt(directory, O_RDONLY | O_DIRECTORY, "listing"));
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(fd.get()), &::closedir);
    if (stream == nullptr) return OsError(errno, "listing", directory);
    fd.Release();  // The stream's from here on.
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(stream.get())) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
      errno = 0;
    }
    if (errno != 0) return OsError(errno, "listing", directory);
    std::sort(names.begin(), names.end());
    return names;
  }

  Status CreateDirectories(const std::string& directory) override {
    const Place at = At(directory);
    if (::mkdirat(at.directory, at.name, kDirectoryMode) == 0) return {};
    if (errno == ENOENT) {
      const std::string parent = ParentDirectory(directory);
      if (parent == directory || parent == ".") return OsError(ENOENT, "creating", directory);
      STRATA_TRY(CreateDirectories(parent));
      if (::mkdirat(at.directory, at.name, kDirectoryMode) == 0) return {};
    }
    const int error = errno;
    struct stat info{};
    const bool is_there = error == EEXIST && ::fstatat(at.directory, at.name, &info, 0) == 0;
    if (is_there && S_ISDIR(info.st_mode)) return {};
    return OsError(is_there ? ENOTDIR : error, "creating", directory);
  }

  Status Remove(const std::string& path) override {
    const Place at = At(path);
    if (::unlinkat(at.directory, at.name, 0) != 0) return OsError(errno, "removing", path);
    return {};
  }

  Status RemoveDirectory(const std::string& directory) override {
    const Place at = At(directory);
    if (::unlinkat(at.directory, at.name, AT_REMOVEDIR) != 0) {
      return OsError(errno, "removing", directory);
    }
    return {};
  }

  Status Rename(const std::string& from, const std::string& to) override {
    const Place source = At(from);
    const Place target = At(to);
    if (::renameat(source.directory, source.name, target.directory, target.name) != 0) {
      return OsError(errno, "renaming", from + " to " + to);
    }
    return {};
  }

  Status SyncDirectory(const std::string& directory) override {
    STRATA_TRY_ASSIGN(const Descriptor fd, OpenAt(directory, O_RDONLY | O_DIRECTORY, "opening"));
    if (::fsync(fd.get()) != 0) return OsError(errno, "syncing", directory);
    return {};
  }

  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    STRATA_TRY_ASSIGN(Descriptor fd, OpenAt(path, O_RDWR | O_CREAT, "creating"));
    if (Uninterrupted([&] { return ::flock(fd.get(), LOCK_EX | LOCK_NB); }) != 0) {
      if (errno != EWOULDBLOCK) return OsError(errno, "locking", path);
      return LockedError(path, OwnerOf(fd.get()));
    }
    // The id is only for the message above, so a disk without room for it doesn't matter.
    const std::string owner = std::to_string(::getpid()) + "\n";
    if (::ftruncate(fd.get(), 0) == 0) {
      static_cast<void>(::pwrite(fd.get(), owner.data(), owner.size(), 0) < 0);
    }
    return std::unique_ptr<FileLock>(new PosixFileLock(std::move(fd)));
  }

  Result<std::unique_ptr<FileSystem>> OpenDirectory(const std::string& directory) override;

  Status Link(const std::string& path, FileSystem& other, const std::string& to) override {
    const auto* const there = dynamic_cast<PosixFiles*>(&other);
    if (there == nullptr) return FileSystem::Link(path, other, to);
    const Place from = At(path);
    const Place target = there->At(to);
    if (::linkat(from.directory, from.name, target.directory, target.name, 0) == 0) return {};
    if (errno == EXDEV || errno == EPERM || errno == EMLINK || errno == ENOTSUP) {
      return FileSystem::Link(path, other, to);
    }
    return OsError(errno, "linking", path + " to " + to);
  }

 protected:
  virtual Place At(const std::string& path) const { return {.name = path.c_str()}; }

  virtual std::unique_ptr<RandomAccessFile> NewReader(Descriptor fd, const std::string& path,
                                                      const struct stat& info) const {
    return NewPosixReader(std::move(fd), path, static_cast<std::uint64_t>(info.st_size));
  }

 private:
  Result<Descriptor> OpenAt(const std::string& path, int flags, std::string_view doing) const {
    return OpenPlace(At(path), path, flags, doing);
  }
};

// Paths in one directory, looked up from its descriptor.
class PosixDirectory final : public PosixFiles {
 public:
  PosixDirectory(Descriptor fd, const std::string& directory)
      : fd_(std::make_shared<const Descriptor>(std::move(fd))), prefix_(JoinPath(directory, "")) {}

  // What changes names is refused in a child of the process that opened the directory.
  Result<std::unique_ptr<WritableFile>> Create(const std::string& path,
                                               const WritableFileOptions& options) override {
    STRATA_TRY(owner_.Check(path));
    return PosixFiles::Create(path, options);
  }
  Status Remove(const std::string& path) override {
    STRATA_TRY(owner_.Check(path));
    return PosixFiles::Remove(path);
  }
  Status Rename(const std::string& from, const std::string& to) override {
    STRATA_TRY(owner_.Check(from));
    return PosixFiles::Rename(from, to);
  }
  // Takes no descriptor, of which there may be none left.
  Status SyncDirectory(const std::string& directory) override {
    if (::fsync(fd_->get()) != 0) return OsError(errno, "syncing", directory);
    return {};
  }

 protected:
  Place At(const std::string& path) const override {
    if (path.size() <= prefix_.size()) return {.directory = fd_->get(), .name = "."};
    STRATA_CHECK(path.starts_with(prefix_));
    return {.directory = fd_->get(), .name = path.c_str() + prefix_.size()};
  }

  std::unique_ptr<RandomAccessFile> NewReader(Descriptor fd, const std::string& path,
                                              const struct stat& info) const override {
    const auto open_again = [directory = fd_, name = path.substr(prefix_.size()), path,
                             info]() -> Result<Descriptor> {
      const Place at{.directory = directory->get(), .name = name.c_str()};
      STRATA_TRY_ASSIGN(Descriptor opened, OpenPlace(at, path, O_RDONLY, "opening"));
      STRATA_TRY_ASSIGN(const struct stat now, StatOf(opened.get(), path));
      if (now.st_ino == info.st_ino && now.st_dev == info.st_dev) return opened;
      return Corruption(path + " is another file than the one that was opened");
    };
    auto pooled =
        std::make_unique<PooledDescriptor>(DescriptorPool::OfProcess(), std::move(fd), open_again);
    return NewPooledReader(std::move(pooled), path, static_cast<std::uint64_t>(info.st_size));
  }

 private:
  const OwnerProcess owner_;
  const std::shared_ptr<const Descriptor> fd_;  // Files that are opened again keep it, too.
  const std::string prefix_;
};

Result<std::unique_ptr<FileSystem>> PosixFiles::OpenDirectory(const std::string& directory) {
  STRATA_TRY_ASSIGN(Descriptor fd, OpenAt(directory, O_RDONLY | O_DIRECTORY, "opening"));
  return std::unique_ptr<FileSystem>(std::make_unique<PosixDirectory>(std::move(fd), directory));
}
}  // namespace

FileSystem& PosixFileSystem() {
  static auto* const files = new PosixFiles();
  return *files;
}

}  // namespace strata
