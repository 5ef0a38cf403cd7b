#include "io/posix_mapped_log.h"

#include <algorithm>
#include <cstring>
#include <sys/mman.h>
#include <vector>

#include "base/check.h"
#include "io/os_error.h"
#include "io/owner_process.h"

namespace strata {
namespace {

// So many bytes at once cost less by a system call than by zeroing and mapping the room for them.
constexpr std::size_t kWrittenBytes = 4096;

// So many appends after a sync are written by system calls, as they may be all that the next sync
// is for. The kernel keeps files in pages of up to a megabyte: what a call changed is written back
// by blocks, but of a page that was changed through a mapping a sync writes everything.
constexpr std::uint64_t kAwaitedAppends = 32;

class MappedLog final : public WritableFile {
 public:
  MappedLog(Descriptor fd, std::string path, std::uint64_t window_bytes)
      : fd_(std::move(fd)), path_(std::move(path)), window_bytes_(window_bytes) {
    STRATA_CHECK(window_bytes % page_bytes_ == 0);
  }
  ~MappedLog() override {
    if (fd_.get() >= 0 && owner_.IsThisProcess()) static_cast<void>(Close());
    Unmap();
  }

  Status Append(std::string_view data) override {
    STRATA_TRY(owner_.Check(path_));
    const std::uint64_t begin = size_;
    while (!data.empty()) {
      const bool full = size_ >= window_end_;
      if (full && data.size() < kWrittenBytes && !disk_nearly_full_) STRATA_TRY(NextWindow());
      if (size_ >= window_end_ || ++appends_since_sync_ <= kAwaitedAppends) {
        Status written = WriteAtEnd(fd_, path_, data, &size_);
        return written ? written : TakeBack(std::move(written).error(), begin);
      }
      const std::size_t count = std::min<std::uint64_t>(data.size(), window_end_ - size_);
      std::memcpy(window_ + (size_ + window_bytes_ - window_end_), data.data(), count);
      size_ += count;
      data.remove_prefix(count);
    }
    return {};
  }

  Status Sync() override {
    STRATA_TRY(owner_.Check(path_));
    appends_since_sync_ = 0;
    return SyncData(fd_, path_);
  }

  Status Close() override {
    STRATA_TRY(owner_.Check(path_));
    Unmap();
    return CutAndClose(&fd_, path_, size_, window_end_);
  }

  std::uint64_t size() const override { return size_; }

 private:
  // Begins with the page that the file's end is in.
  Status NextWindow() {
    Unmap();
    const std::uint64_t begin = size_ - size_ % page_bytes_;
    const std::uint64_t end = begin + window_bytes_;
    if (!WriteZeros(size_, end - size_)) {
      if (errno != ENOSPC && errno != EDQUOT) return OsError(errno, "writing", path_);
      disk_nearly_full_ = true;
      if (::ftruncate(fd_.get(), ToOffset(size_)) != 0) return OsError(errno, "truncating", path_);
      return {};
    }
    void* const mapped = ::mmap(nullptr, window_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED,
                                fd_.get(), ToOffset(begin));
    if (mapped == MAP_FAILED) return OsError(errno, "mapping", path_);
    // All pages ready to be written at once, where the system can; else each as it is come to.
    static_cast<void>(::madvise(mapped, window_bytes_, MADV_POPULATE_WRITE));
    window_ = static_cast<char*>(mapped);
    window_end_ = end;
    return {};
  }

  // What has no room leaves nothing behind. The mapping goes first, as nobody may write to pages
  // past the file's end; from then on the disk is filled with plain writes.
  Error TakeBack(Error error, std::uint64_t begin) {
    if (error.code() == ErrorCode::kNoSpace) {
      Unmap();
      window_end_ = 0;
      disk_nearly_full_ = true;
    }
    return CutBack(fd_, path_, std::move(error), begin, &size_);
  }

  // False and errno when it fails.
  bool WriteZeros(std::uint64_t offset, std::uint64_t count) {
    static const std::vector<char> zeros(256 << 10);
    while (count > 0) {
      const std::size_t size = std::min<std::uint64_t>(count, zeros.size());
      const ssize_t written =
          Uninterrupted([&] { return ::pwrite(fd_.get(), zeros.data(), size, ToOffset(offset)); });
      if (written < 0) return false;
      offset += static_cast<std::uint64_t>(written);
      count -= static_cast<std::uint64_t>(written);
    }
    return true;
  }

  void Unmap() {
    if (window_ != nullptr) ::munmap(window_, window_bytes_);
    window_ = nullptr;
  }

  const OwnerProcess owner_;
  Descriptor fd_;
  const std::string path_;
  const std::uint64_t page_bytes_ = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  const std::uint64_t window_bytes_;
  char* window_ = nullptr;  // The file's bytes from window_end_ - window_bytes_ on.
  std::uint64_t window_end_ = 0;
  std::uint64_t size_ = 0;
  std::uint64_t appends_since_sync_ = kAwaitedAppends;
  bool disk_nearly_full_ = false;
};

}  // namespace

std::unique_ptr<WritableFile> NewMappedLog(Descriptor fd, std::string path,
                                           std::uint64_t window_bytes) {
  return std::make_unique<MappedLog>(std::move(fd), std::move(path), window_bytes);
}

}  // namespace strata
