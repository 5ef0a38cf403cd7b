#include "io/stop_signals.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <utility>

#include "io/os_error.h"
#include "io/posix_descriptor.h"

namespace strata {
namespace {

constexpr std::array<int, 3> kSignals = {SIGTERM, SIGINT, SIGHUP};

std::atomic<int> write_fd{-1};
std::array<struct sigaction, kSignals.size()> before;

void Tell(StopSignal signal) {
  const char byte = signal == StopSignal::kReload ? 'h' : 's';
  (void)!::write(write_fd.load(), &byte, 1);
}

// What a handler may do is little: it passes the signal on through a pipe.
void PassOn(int signal) {
  const int saved = errno;
  Tell(signal == SIGHUP ? StopSignal::kReload : StopSignal::kStop);
  errno = saved;
}

}  // namespace

Result<StopSignals> StopSignals::Catch() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return OsError(errno, "waiting for", "signals");
  (void)::fcntl(ends[1], F_SETFL, O_NONBLOCK);
  write_fd = ends[1];
  struct sigaction action{};
  action.sa_handler = PassOn;
  action.sa_flags = SA_RESTART;
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &action, &before[i]);
  return StopSignals(ends[0]);
}

StopSignals::StopSignals(StopSignals&& other) noexcept
    : read_fd_(std::exchange(other.read_fd_, -1)) {}

StopSignals::~StopSignals() {
  if (read_fd_ < 0) return;
  for (std::size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before[i], nullptr);
  ::close(read_fd_);
  ::close(write_fd.exchange(-1));
}

void StopSignals::Raise(StopSignal signal) const {
  Tell(signal);
}

StopSignal StopSignals::Wait() const {
  char byte = 's';
  (void)Uninterrupted([&] { return ::read(read_fd_, &byte, 1); });
  return byte == 'h' ? StopSignal::kReload : StopSignal::kStop;
}

std::optional<StopSignal> StopSignals::WaitFor(std::uint64_t timeout_us) const {
  constexpr std::uint64_t kMostMillis = 3'600'000;
  pollfd waiting{.fd = read_fd_, .events = POLLIN, .revents = 0};
  const auto millis = static_cast<int>(std::min(timeout_us / 1'000 + 1, kMostMillis));
  if (::poll(&waiting, 1, millis) <= 0) return std::nullopt;
  return Wait();
}

}  // namespace strata
