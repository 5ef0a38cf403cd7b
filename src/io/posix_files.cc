#include "io/posix_files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "io/os_error.h"
#include "io/owner_process.h"

namespace strata {

// Reads up to `size` bytes at `offset`; fewer only where the file ends.
Result<std::size_t> ReadFully(int fd, const std::string& path, std::uint64_t offset,
                              std::size_t size, char* out) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count = Uninterrupted(
        [&] { return ::pread(fd, out + done, size - done, static_cast<off_t>(offset + done)); });
    if (count < 0) return OsError(errno, "reading", path);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

namespace {

// --- writing -----------------------------------------------------------------------------------

class PosixWritableFile final : public WritableFile {
 public:
  PosixWritableFile(Descriptor fd, std::string path, std::uint64_t preallocate_bytes)
      : fd_(std::move(fd)), path_(std::move(path)), preallocate_bytes_(preallocate_bytes) {}
  ~PosixWritableFile() override {
    if (fd_.get() >= 0 && owner_.IsThisProcess()) static_cast<void>(Close());
  }

  Status Append(std::string_view data) override {
    STRATA_TRY(owner_.Check(path_));
    Preallocate(size_ + data.size());
    const std::uint64_t begin = size_;
    Status written = WriteAtEnd(fd_, path_, data, &size_);
    if (written) return written;
    return CutBack(fd_, path_, std::move(written).error(), begin, &size_);
  }

  Status Sync() override {
    STRATA_TRY(owner_.Check(path_));
    return SyncData(fd_, path_);
  }
  Status Close() override {
    STRATA_TRY(owner_.Check(path_));
    return CutAndClose(&fd_, path_, size_, reserved_);
  }

  std::uint64_t size() const override { return size_; }

 private:
  // Only an optimisation: where it isn't supported, or the disk is nearly full, the write itself
  // tells.
  void Preallocate(std::uint64_t size) {
    if (preallocate_bytes_ == 0 || size <= reserved_) return;
    const std::uint64_t end = (size / preallocate_bytes_ + 1) * preallocate_bytes_;
    if (::fallocate(fd_.get(), FALLOC_FL_KEEP_SIZE, 0, ToOffset(end)) == 0) {
      reserved_ = end;
    } else {
      preallocate_bytes_ = 0;
    }
  }

  const OwnerProcess owner_;
  Descriptor fd_;
  const std::string path_;
  std::uint64_t preallocate_bytes_;
  std::uint64_t size_ = 0;
  std::uint64_t reserved_ = 0;  // The file has space up to here.
};

// --- reading -----------------------------------------------------------------------------------

// What the page cache has. Anything else, an error of the disk included, is left to Read.
std::optional<std::string_view> ReadFromCache(int fd, std::uint64_t offset, std::size_t size,
                                              char* scratch) {
  const iovec into{.iov_base = scratch, .iov_len = size};
  const auto got = ::preadv2(fd, &into, 1, ToOffset(offset), RWF_NOWAIT);
  if (got < 0 || static_cast<std::size_t>(got) != size) return std::nullopt;
  return std::string_view(scratch, size);
}

class PosixRandomAccessFile final : public RandomAccessFile {
 public:
  PosixRandomAccessFile(Descriptor fd, std::string path, std::uint64_t size)
      : fd_(std::move(fd)), path_(std::move(path)), size_(size) {}

  Result<std::string_view> Read(std::uint64_t offset, std::size_t size,
                                char* scratch) const override {
    if (offset > size_ || size > size_ - offset) return ReadPastEnd(path_, offset, size, size_);
    STRATA_TRY_ASSIGN(const std::size_t done, ReadFully(fd_.get(), path_, offset, size, scratch));
    if (done < size) return ReadPastEnd(path_, offset, size, offset + done);  // Cut since opened.
    return std::string_view(scratch, size);
  }

  Result<std::optional<std::string_view>> ReadAtOnce(std::uint64_t offset, std::size_t size,
                                                     char* scratch) const override {
    return ReadFromCache(fd_.get(), offset, size, scratch);
  }

  std::uint64_t size() const override { return size_; }
  int AcquireDescriptor() const override { return fd_.get(); }

 private:
  const Descriptor fd_;
  const std::string path_;
  const std::uint64_t size_;
};

// As above, of a file that keeps its name as long as this is open: its descriptor comes and goes.
class PooledFile final : public RandomAccessFile {
 public:
  PooledFile(std::unique_ptr<PooledDescriptor> fd, std::string path, std::uint64_t size)
      : fd_(std::move(fd)), path_(std::move(path)), size_(size) {}

  Result<std::string_view> Read(std::uint64_t offset, std::size_t size,
                                char* scratch) const override {
    if (offset > size_ || size > size_ - offset) return ReadPastEnd(path_, offset, size, size_);
    STRATA_TRY_ASSIGN(const int fd, fd_->Acquire());
    const auto done = ReadFully(fd, path_, offset, size, scratch);
    fd_->Release();
    STRATA_TRY(done);
    if (*done < size) return ReadPastEnd(path_, offset, size, offset + *done);
    return std::string_view(scratch, size);
  }

  Result<std::optional<std::string_view>> ReadAtOnce(std::uint64_t offset, std::size_t size,
                                                     char* scratch) const override {
    STRATA_TRY_ASSIGN(const int fd, fd_->Acquire());
    const auto got = ReadFromCache(fd, offset, size, scratch);
    fd_->Release();
    return got;
  }

  std::uint64_t size() const override { return size_; }
  int AcquireDescriptor() const override {
    const auto fd = fd_->Acquire();
    return fd ? *fd : -1;
  }
  void ReleaseDescriptor() const override { fd_->Release(); }

 private:
  const std::unique_ptr<PooledDescriptor> fd_;
  const std::string path_;
  const std::uint64_t size_;
};

class MappedFile final : public RandomAccessFile {
 public:
  MappedFile(const char* data, std::string path, std::uint64_t size)
      : data_(data), path_(std::move(path)), size_(size) {}
  ~MappedFile() override {
    if (size_ > 0) ::munmap(const_cast<char*>(data_), size_);
  }

  Result<std::string_view> Read(std::uint64_t offset, std::size_t size,
                                char* /*scratch*/) const override {
    if (offset > size_ || size > size_ - offset) return ReadPastEnd(path_, offset, size, size_);
    return std::string_view(data_ + offset, size);
  }

  std::uint64_t size() const override { return size_; }

 private:
  const char* const data_;
  const std::string path_;
  const std::uint64_t size_;
};

}  // namespace

std::unique_ptr<WritableFile> NewPosixWriter(Descriptor fd, std::string path,
                                             std::uint64_t preallocate_bytes) {
  return std::make_unique<PosixWritableFile>(std::move(fd), std::move(path), preallocate_bytes);
}

std::unique_ptr<RandomAccessFile> NewPosixReader(Descriptor fd, std::string path,
                                                 std::uint64_t size) {
  return std::make_unique<PosixRandomAccessFile>(std::move(fd), std::move(path), size);
}

std::unique_ptr<RandomAccessFile> NewPooledReader(std::unique_ptr<PooledDescriptor> fd,
                                                  std::string path, std::uint64_t size) {
  return std::make_unique<PooledFile>(std::move(fd), std::move(path), size);
}

Result<std::unique_ptr<RandomAccessFile>> NewMappedReader(const Descriptor& fd, std::string path,
                                                          std::uint64_t size) {
  void* data = nullptr;
  if (size > 0) data = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd.get(), 0);
  if (data == MAP_FAILED) return OsError(errno, "mapping", path);
  return std::unique_ptr<RandomAccessFile>(
      std::make_unique<MappedFile>(static_cast<const char*>(data), std::move(path), size));
}

}  // namespace strata
