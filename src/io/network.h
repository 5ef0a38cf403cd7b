// The seam between Strata and the network: streams of bytes between two ends (TCP), and how one
// thread waits for many of them. Nothing here waits but Poller::Wait.
//
// The machine's is epoll_network.cc, a simulated one sim/network.h.
// Thread safety: any thread may call a Network and Poller::Wake; all else belongs to one thread at
// a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace strata {

// An address: a name or number of a host, and a port.
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;  // 0, to listen: any that is free.

  bool operator==(const Endpoint&) const = default;
};

// "127.0.0.1:6379", "[::1]:6379", "localhost:0"; ":80" is every address of the machine.
// Errors: kInvalidArgument that says what is wrong with it.
Result<Endpoint> ParseEndpoint(std::string_view text);
// What ParseEndpoint reads.
std::string ToString(const Endpoint& endpoint);
// The host is this machine, by whatever name: nobody else can connect to it.
bool IsLoopback(const Endpoint& endpoint);

// One end of a connection. Destroying it closes it.
class Socket {
 public:
  Socket() = default;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  virtual ~Socket() = default;

  // Reads what is there, up to the size of `into`: how many bytes. 0: the peer sends no more.
  // Nothing: there is nothing yet. Errors: kIo, the connection is broken.
  virtual Result<std::optional<std::size_t>> Read(std::span<char> into) = 0;
  // Sends from the front of the parts as much as goes without waiting: how many bytes; 0: none now.
  // Errors: kIo, the connection is broken, or was never made.
  virtual Result<std::size_t> Write(std::span<const std::string_view> parts) = 0;
  // The peer's reads come to an end after what was sent.
  virtual void EndWriting() = 0;
  virtual const Endpoint& peer() const = 0;
  // What the peer's certificate calls it, once that is known; none: it is nobody in particular.
  virtual std::span<const std::string> names() const { return {}; }
};

class Listener {
 public:
  Listener() = default;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  virtual ~Listener() = default;

  // The next one who connected; null: nobody is waiting. Errors: kNoDescriptors, and they go on
  // waiting; kIo.
  virtual Result<std::unique_ptr<Socket>> Accept() = 0;
  // With the port that it got.
  virtual const Endpoint& endpoint() const = 0;
};

// What a thread wants to hear of a socket. It is told of broken ones in any case.
struct Interest {
  bool read = false;
  bool write = false;

  bool operator==(const Interest&) const = default;
};

// A socket that can be used now: a read, or a write, wouldn't find nothing to do.
struct Ready {
  std::uint64_t token = 0;
  bool read = false;
  bool write = false;
  bool broken = false;  // Nothing will be read or written any more.
};

// Waits for many sockets at once; each has a token of the caller's. It tells again of what is still
// ready.
class Poller {
 public:
  Poller() = default;
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;
  virtual ~Poller() = default;

  // REQUIRES of all: made by the same Network.
  virtual Status Add(Socket& socket, std::uint64_t token, Interest interest) = 0;
  virtual Status Add(Listener& listener, std::uint64_t token) = 0;
  virtual Status Change(Socket& socket, std::uint64_t token, Interest interest) = 0;
  // Before a socket is destroyed.
  virtual void Remove(Socket& socket) = 0;
  virtual void Remove(Listener& listener) = 0;

  // Returns once something is ready, somebody calls Wake, or `timeout_us` have passed (nothing: it
  // never does). The view holds until the next call.
  virtual std::span<const Ready> Wait(std::optional<std::uint64_t> timeout_us) = 0;
  // Ends the Wait that is under way, or the next one. Any thread, for as long as the poller is
  // there.
  virtual void Wake() = 0;
};

// What is spoken at an address, for networks that have to know.
struct Spoken {
  std::string protocol = {};  // As ALPN names it: "h2"; empty: it has no name.
  bool plain = false;         // Without TLS.
};

class Network {
 public:
  Network() = default;
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  virtual ~Network() = default;

  // Errors: kBusy when the port is taken; kInvalidArgument for a host that isn't this machine's.
  virtual Result<std::unique_ptr<Listener>> Listen(const Endpoint& endpoint) = 0;
  virtual Result<std::unique_ptr<Listener>> ListenFor(const Endpoint& endpoint,
                                                      const Spoken& /*spoken*/) {
    return Listen(endpoint);
  }
  // Begins to connect: the socket can be written to once that is done; whether it worked is told by
  // its first use. Errors: kNotFound for a host that nobody knows.
  virtual Result<std::unique_ptr<Socket>> Connect(const Endpoint& endpoint) = 0;
  virtual Result<std::unique_ptr<Poller>> NewPoller() = 0;
};

// The machine's; lives for ever.
Network& PosixNetwork();

}  // namespace strata
