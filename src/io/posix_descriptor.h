// What the posix files share: a file descriptor with an owner, calls that signals don't end, and
// how a file that grows is written, synced and closed.

#pragma once

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

#include "base/result.h"

namespace strata {

// Calls until a signal doesn't interrupt it.
template <typename Call>
auto Uninterrupted(Call call) {
  while (true) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.Release()) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }

  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

// The same file under another number if `fd` has that of a standard stream, which was closed: what
// anybody prints would go into the file. `path` is for the message.
Result<Descriptor> ClearOfStandardStreams(Descriptor fd, const std::string& path);

inline off_t ToOffset(std::uint64_t value) {
  return static_cast<off_t>(value);
}

// Writes `data` at the end of the file, `*size`, which grows by what was written, error or not.
Status WriteAtEnd(const Descriptor& fd, const std::string& path, std::string_view data,
                  std::uint64_t* size);

// What an append that began at `begin` returns. If there was no room, what was written of it is cut
// off, and `*size` is `begin` again.
Error CutBack(const Descriptor& fd, const std::string& path, Error error, std::uint64_t begin,
              std::uint64_t* size);

// Includes what was changed through a mapping. Not to be tried again after a failure: the kernel
// has already forgotten which pages were dirty.
Status SyncData(const Descriptor& fd, const std::string& path);

// Gives the space from `size` to `reserved` back, and closes whether or not that works.
Status CutAndClose(Descriptor* fd, const std::string& path, std::uint64_t size,
                   std::uint64_t reserved);

}  // namespace strata
