#include "io/posix_descriptor.h"

#include <fcntl.h>

#include "io/os_error.h"

namespace strata {

Result<Descriptor> ClearOfStandardStreams(Descriptor fd, const std::string& path) {
  if (fd.get() > STDERR_FILENO) return fd;
  Descriptor clear(::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (clear.get() < 0) return OsError(errno, "opening", path);
  return clear;
}

Status WriteAtEnd(const Descriptor& fd, const std::string& path, std::string_view data,
                  std::uint64_t* size) {
  while (!data.empty()) {
    const ssize_t written = Uninterrupted(
        [&] { return ::pwrite(fd.get(), data.data(), data.size(), ToOffset(*size)); });
    if (written < 0) return OsError(errno, "writing", path);
    *size += static_cast<std::uint64_t>(written);
    data.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Error CutBack(const Descriptor& fd, const std::string& path, Error error, std::uint64_t begin,
              std::uint64_t* size) {
  if (error.code() != ErrorCode::kNoSpace) return error;
  if (::ftruncate(fd.get(), ToOffset(begin)) != 0) {
    return AsFinal(OsError(errno, "truncating", path)).error();
  }
  *size = begin;
  return error;
}

Status SyncData(const Descriptor& fd, const std::string& path) {
  if (::fdatasync(fd.get()) != 0) return OsError(errno, "syncing", path);
  return {};
}

Status CutAndClose(Descriptor* fd, const std::string& path, std::uint64_t size,
                   std::uint64_t reserved) {
  const bool cut_failed = reserved > size && ::ftruncate(fd->get(), ToOffset(size)) != 0;
  const int cut_error = errno;
  // After EINTR Linux has closed the descriptor all the same.
  if (::close(fd->Release()) != 0 && errno != EINTR) return OsError(errno, "closing", path);
  if (cut_failed) return OsError(cut_error, "truncating", path);
  return {};
}

}  // namespace strata
