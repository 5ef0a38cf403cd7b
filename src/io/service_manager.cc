#include "io/service_manager.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/os_error.h"

namespace strata {
namespace {

constexpr int kPatienceSeconds = 5;  // For a manager that reads nothing.

std::optional<std::uint64_t> Number(const std::optional<std::string>& text) {
  std::uint64_t value = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return value;
}

// What is meant for another process, which was started by the same one, doesn't count.
std::optional<std::uint64_t> WatchdogMicros(const ServiceManager::Lookup& environment) {
  const auto pid = Number(environment("WATCHDOG_PID"));
  const auto micros = Number(environment("WATCHDOG_USEC"));
  const bool meant = !pid || *pid == static_cast<std::uint64_t>(::getpid());
  return meant && micros && *micros > 0 ? micros : std::nullopt;
}

}  // namespace

Result<ServiceManager> ServiceManager::Find(const Lookup& environment) {
  std::string address = environment("NOTIFY_SOCKET").value_or("");
  if (address.empty()) return ServiceManager("", Descriptor(-1), std::nullopt);
  if ((address[0] != '/' && address[0] != '@') || address.size() >= sizeof(sockaddr_un::sun_path)) {
    return InvalidArgument("NOTIFY_SOCKET: '" + address +
                           "' is no address of a socket: /path or @name, 107 bytes at most");
  }
  if (address[0] == '@') address[0] = '\0';
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return OsError(errno, "making a socket for", "the service manager");
  STRATA_TRY_ASSIGN(Descriptor socket,
                    ClearOfStandardStreams(Descriptor(fd), "the service manager"));
  const timeval patience{.tv_sec = kPatienceSeconds, .tv_usec = 0};
  (void)::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  return ServiceManager(std::move(address), std::move(socket), WatchdogMicros(environment));
}

Status ServiceManager::Tell(std::string_view message) const {
  if (address_.empty()) return {};
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::copy(address_.begin(), address_.end(), to.sun_path);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  const auto sent = Uninterrupted([&] {
    return ::sendto(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL,
                    reinterpret_cast<const sockaddr*>(&to), size);
  });
  if (sent >= 0) return {};
  return OsError(errno, "telling", "the service manager");
}

}  // namespace strata
