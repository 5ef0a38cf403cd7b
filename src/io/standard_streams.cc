#include "io/standard_streams.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace strata {
namespace {

// True when `fd` was closed and is open now. It is the lowest free number when its turn comes.
bool Fill(int fd) {
  if (::fcntl(fd, F_GETFD) >= 0 || errno != EBADF) return false;
  return ::open("/dev/null", O_RDONLY) == fd;
}

}  // namespace

void FillStandardStreams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) static_cast<void>(Fill(fd));
}

StandardStreamsFilled::StandardStreamsFilled() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) filled_[fd] = Fill(fd);
}

StandardStreamsFilled::~StandardStreamsFilled() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (filled_[fd]) ::close(fd);
  }
}

}  // namespace strata
