// The machine's network: TCP sockets that never block, and epoll.

#include <array>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <vector>

#include "base/check.h"
#include "io/network.h"
#include "io/os_error.h"
#include "io/posix_descriptor.h"

namespace strata {
namespace {

constexpr int kBacklog = 1024;
constexpr std::size_t kPartsMax = 64;           // Of one writev.
constexpr std::uint64_t kFineMicros = 500'000;  // What waits longer may be a millisecond late.
constexpr std::uint64_t kWakeToken = ~std::uint64_t{0};

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Result<Addresses> Resolve(const Endpoint& endpoint, bool to_listen) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | (to_listen ? AI_PASSIVE : 0);
  const std::string port = std::to_string(endpoint.port);
  addrinfo* found = nullptr;
  const char* const host = endpoint.host.empty() ? nullptr : endpoint.host.c_str();
  const int error = ::getaddrinfo(host, port.c_str(), &hints, &found);
  if (error != 0) {
    return Error(ErrorCode::kNotFound,
                 "looking up host '" + endpoint.host + "': " + ::gai_strerror(error));
  }
  return Addresses(found);
}

Endpoint EndpointOf(const sockaddr_storage& address, socklen_t size) {
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
  if (::getnameinfo(generic, size, host.data(), host.size(), port.data(), port.size(),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return {.host = "unknown"};
  }
  return {.host = host.data(), .port = static_cast<std::uint16_t>(std::stoul(port.data()))};
}

// A message is sent at once, however short it is: replies are gathered before.
void SendAtOnce(int fd) {
  const int on = 1;
  (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  (void)::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
}

class PosixSocket final : public Socket {
 public:
  PosixSocket(Descriptor fd, Endpoint peer) : fd_(std::move(fd)), peer_(std::move(peer)) {}

  Result<std::optional<std::size_t>> Read(std::span<char> into) override {
    const auto got = Uninterrupted([&] { return ::read(fd_.get(), into.data(), into.size()); });
    if (got >= 0) return std::optional<std::size_t>(static_cast<std::size_t>(got));
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::optional<std::size_t>();
    return OsError(errno, "reading from", ToString(peer_));
  }

  Result<std::size_t> Write(std::span<const std::string_view> parts) override {
    std::array<iovec, kPartsMax> vectors;
    std::size_t count = 0;
    for (const std::string_view part : parts.first(std::min(parts.size(), kPartsMax))) {
      vectors[count++] = {.iov_base = const_cast<char*>(part.data()), .iov_len = part.size()};
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    const auto sent = Uninterrupted([&] { return ::sendmsg(fd_.get(), &message, MSG_NOSIGNAL); });
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::size_t{0};
    return OsError(errno, "writing to", ToString(peer_));
  }

  void EndWriting() override { (void)::shutdown(fd_.get(), SHUT_WR); }
  const Endpoint& peer() const override { return peer_; }
  int fd() const { return fd_.get(); }

 private:
  const Descriptor fd_;
  const Endpoint peer_;
};

class PosixListener final : public Listener {
 public:
  PosixListener(Descriptor fd, Endpoint endpoint)
      : fd_(std::move(fd)), endpoint_(std::move(endpoint)) {}

  Result<std::unique_ptr<Socket>> Accept() override {
    sockaddr_storage address{};
    socklen_t size = sizeof(address);
    const int fd = Uninterrupted([&] {
      return ::accept4(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size,
                       SOCK_NONBLOCK | SOCK_CLOEXEC);
    });
    if (fd < 0) {
      // ECONNABORTED: it went away while it waited.
      if (errno == EAGAIN || errno == ECONNABORTED) return std::unique_ptr<Socket>();
      return OsError(errno, "accepting a connection at", ToString(endpoint_));
    }
    SendAtOnce(fd);
    return std::unique_ptr<Socket>(
        std::make_unique<PosixSocket>(Descriptor(fd), EndpointOf(address, size)));
  }

  const Endpoint& endpoint() const override { return endpoint_; }
  int fd() const { return fd_.get(); }

 private:
  const Descriptor fd_;
  const Endpoint endpoint_;
};

std::uint32_t EventsOf(Interest interest) {
  return (interest.read ? EPOLLIN | EPOLLRDHUP : 0U) | (interest.write ? EPOLLOUT : 0U);
}

class EpollPoller final : public Poller {
 public:
  EpollPoller(Descriptor epoll, Descriptor wake)
      : epoll_(std::move(epoll)), wake_(std::move(wake)) {}

  Status Add(Socket& socket, std::uint64_t token, Interest interest) override {
    return Control(EPOLL_CTL_ADD, FdOf(socket), token, EventsOf(interest));
  }
  Status Add(Listener& listener, std::uint64_t token) override {
    return Control(EPOLL_CTL_ADD, FdOf(listener), token, EPOLLIN);
  }
  Status Change(Socket& socket, std::uint64_t token, Interest interest) override {
    return Control(EPOLL_CTL_MOD, FdOf(socket), token, EventsOf(interest));
  }
  void Remove(Socket& socket) override {
    (void)Control(EPOLL_CTL_DEL, FdOf(socket), 0, 0).has_value();
  }
  void Remove(Listener& listener) override {
    (void)Control(EPOLL_CTL_DEL, FdOf(listener), 0, 0).has_value();
  }
  Status AddWake() { return Control(EPOLL_CTL_ADD, wake_.get(), kWakeToken, EPOLLIN); }

  std::span<const Ready> Wait(std::optional<std::uint64_t> timeout_us) override {
    const int count = Uninterrupted([&] { return WaitOnce(timeout_us); });
    ready_.clear();
    for (int i = 0; i < count; ++i) Note(events_[static_cast<std::size_t>(i)]);
    return ready_;
  }

  void Wake() override {
    const std::uint64_t one = 1;
    (void)!::write(wake_.get(), &one, sizeof(one));  // It can only fail when it is woken already.
  }

 private:
  static int FdOf(const Socket& socket) { return static_cast<const PosixSocket&>(socket).fd(); }
  static int FdOf(const Listener& listener) {
    return static_cast<const PosixListener&>(listener).fd();
  }
  static int ToMillis(std::uint64_t micros) {
    return static_cast<int>(std::min<std::uint64_t>((micros + 999) / 1000, 1'000'000'000));
  }

  // epoll_wait counts in milliseconds, and would make a caller who waits for a moment up to one
  // late; kernels from 5.11 on have a finer call.
  int WaitOnce(std::optional<std::uint64_t> timeout_us) {
    const int room = static_cast<int>(events_.size());
    if (timeout_us && has_fine_wait_ && *timeout_us < kFineMicros) {
      const timespec timeout{.tv_sec = 0, .tv_nsec = static_cast<long>(*timeout_us) * 1000};
      const int count = ::epoll_pwait2(epoll_.get(), events_.data(), room, &timeout, nullptr);
      if (count >= 0 || errno != ENOSYS) return count;
      has_fine_wait_ = false;
    }
    return ::epoll_wait(epoll_.get(), events_.data(), room,
                        timeout_us ? ToMillis(*timeout_us) : -1);
  }

  Status Control(int operation, int fd, std::uint64_t token, std::uint32_t events) const {
    epoll_event event{};
    event.events = events;
    event.data.u64 = token;
    if (::epoll_ctl(epoll_.get(), operation, fd, &event) == 0) return {};
    return OsError(errno, "watching", "a socket");
  }

  void Note(const epoll_event& event) {
    if (event.data.u64 == kWakeToken) {
      std::uint64_t count = 0;
      (void)!::read(wake_.get(), &count, sizeof(count));
      return;
    }
    const bool broken = (event.events & (EPOLLERR | EPOLLHUP)) != 0;
    ready_.push_back({.token = event.data.u64,
                      .read = broken || (event.events & (EPOLLIN | EPOLLRDHUP)) != 0,
                      .write = broken || (event.events & EPOLLOUT) != 0,
                      .broken = broken});
  }

  const Descriptor epoll_;
  const Descriptor wake_;
  std::array<epoll_event, 256> events_{};
  std::vector<Ready> ready_;
  bool has_fine_wait_ = true;
};

class EpollNetwork final : public Network {
 public:
  Result<std::unique_ptr<Listener>> Listen(const Endpoint& endpoint) override {
    STRATA_TRY_ASSIGN(const Addresses addresses, Resolve(endpoint, /*to_listen=*/true));
    Error last(ErrorCode::kNotFound, "no address for " + ToString(endpoint));
    for (const addrinfo* at = addresses.get(); at != nullptr; at = at->ai_next) {
      auto listener = ListenAt(*at, endpoint);
      if (listener) return listener;
      last = std::move(listener).error();
    }
    return last;
  }

  Result<std::unique_ptr<Socket>> Connect(const Endpoint& endpoint) override {
    STRATA_TRY_ASSIGN(const Addresses addresses, Resolve(endpoint, /*to_listen=*/false));
    const addrinfo& at = *addresses;
    STRATA_TRY_ASSIGN(Descriptor fd, NewSocket(at, endpoint));
    SendAtOnce(fd.get());
    const int connected =
        Uninterrupted([&] { return ::connect(fd.get(), at.ai_addr, at.ai_addrlen); });
    if (connected != 0 && errno != EINPROGRESS) {
      return OsError(errno, "connecting to", ToString(endpoint));
    }
    return std::unique_ptr<Socket>(std::make_unique<PosixSocket>(std::move(fd), endpoint));
  }

  Result<std::unique_ptr<Poller>> NewPoller() override {
    STRATA_TRY_ASSIGN(Descriptor epoll, Own(::epoll_create1(EPOLL_CLOEXEC)));
    STRATA_TRY_ASSIGN(Descriptor wake, Own(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)));
    auto poller = std::make_unique<EpollPoller>(std::move(epoll), std::move(wake));
    STRATA_TRY(poller->AddWake());
    return std::unique_ptr<Poller>(std::move(poller));
  }

 private:
  static Result<Descriptor> Own(int fd) {
    if (fd < 0) return OsError(errno, "waiting for", "connections");
    return ClearOfStandardStreams(Descriptor(fd), "waiting for connections");
  }

  static Result<Descriptor> NewSocket(const addrinfo& at, const Endpoint& endpoint) {
    const int fd =
        ::socket(at.ai_family, at.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, at.ai_protocol);
    if (fd < 0) return OsError(errno, "making a socket for", ToString(endpoint));
    return ClearOfStandardStreams(Descriptor(fd), ToString(endpoint));
  }

  static Result<std::unique_ptr<Listener>> ListenAt(const addrinfo& at, const Endpoint& endpoint) {
    STRATA_TRY_ASSIGN(Descriptor fd, NewSocket(at, endpoint));
    const int on = 1;
    (void)::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (::bind(fd.get(), at.ai_addr, at.ai_addrlen) != 0 || ::listen(fd.get(), kBacklog) != 0) {
      return ListenError(errno, endpoint);
    }
    sockaddr_storage address{};
    socklen_t size = sizeof(address);
    STRATA_CHECK(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    Endpoint got = endpoint;
    got.port = EndpointOf(address, size).port;
    return std::unique_ptr<Listener>(
        std::make_unique<PosixListener>(std::move(fd), std::move(got)));
  }

  static Error ListenError(int error_number, const Endpoint& endpoint) {
    const std::string doing = "listening at " + ToString(endpoint) + ": ";
    if (error_number == EADDRINUSE) {
      return Error(ErrorCode::kBusy, doing + "the port is taken; choose another one, or 0 for any");
    }
    if (error_number == EADDRNOTAVAIL) return InvalidArgument(doing + "no address of this machine");
    return OsError(error_number, "listening at", ToString(endpoint));
  }
};

}  // namespace

Network& PosixNetwork() {
  static EpollNetwork network;
  return network;
}

}  // namespace strata
