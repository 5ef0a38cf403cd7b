// A client's end of an HTTP/2 connection on which gRPC calls are made: bytes in, bytes out, and
// what became of each call. The server's end is grpc/server_session.h; the socket between them is
// somebody else's (client/channel.h).
//
// Thread safety: none.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "grpc/code.h"

namespace strata::grpc {

// How much the server may have done, when a call is over.
enum class Fate : std::uint8_t {
  kAnswered,   // The status is its word.
  kUntouched,  // Nothing: not all of the request was sent, or it says that it didn't look at it.
  kInDoubt,    // Anything: the request was sent, and no answer came.
};

struct CallEnd {
  CallStatus status;
  Fate fate = Fate::kAnswered;
};

// What the connection calls, in Feed, Sent and Break. They may call Start, Cancel and Ping, and
// must not call anything else of it.
struct CallHandlers {
  std::function<void(std::string_view)> message;  // One of the reply's; valid until it returns.
  std::function<void(CallEnd)> end;               // Once, and last.
};

struct CallRequest {
  std::string path;                              // "/strata.v1.KV/Get"
  std::string message;                           // Encoded.
  std::optional<std::uint64_t> timeout_us = {};  // The server is told; here nobody counts.
  std::vector<std::pair<std::string, std::string>> headers = {};  // Names in lower case.
};

struct ClientLimits {
  std::size_t message_bytes_max = std::size_t{1} << 30;  // Of a reply's message.
  std::size_t header_bytes_max = 32 << 10;               // Of all headers of a reply.
  std::size_t window_bytes = 4 << 20;  // That the server may send unasked: in all, and of a call.
};

class ClientConnection {
 public:
  using CallId = std::int32_t;

  // `authority`: the server's name, as the caller knows it.
  ClientConnection(std::string authority, const ClientLimits& limits);
  ~ClientConnection();
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  // The request waits here while the server has as many calls as it wants. REQUIRES: CanStart().
  CallId Start(const CallRequest& request, CallHandlers handlers);
  // False: it is going away, or has no numbers left. Take another connection.
  bool CanStart() const;
  // The caller has lost interest: the server is told, the handlers are called no more. REQUIRES:
  // its end wasn't told.
  Fate Cancel(CallId call);

  // What the server sent. Errors: kIo, it broke the protocol. Send what is pending, then Break.
  Status Feed(std::string_view bytes);
  // The connection is gone: all calls end with UNAVAILABLE and `reason`.
  void Break(std::string_view reason);

  // What is to be sent; valid until the next call.
  std::string_view Pending();
  // So many bytes from its front were given to the network.
  void Sent(std::size_t count);

  // Asks whether the server is there.
  void Ping();
  // Pings that it hasn't answered.
  int pings() const { return pings_; }

  std::size_t calls() const { return calls_.size(); }
  // The server takes no new calls.
  bool going_away() const { return going_away_; }

 private:
  struct Call;
  struct Session;
  struct Ended {
    CallId id;
    CallHandlers handlers;
    CallEnd end;
  };
  friend struct ClientCallbacks;

  Call* Find(CallId id) const;
  // The server has all of the request, or may have.
  bool MayHaveIt(const Call& call) const;
  // Or will have, unless the connection breaks before.
  bool WillHaveIt(const Call& call) const;
  CallEnd EndOf(const Call& call, std::uint32_t reset) const;
  void Close(CallId id, std::uint32_t reset);
  void TellEnds();

  const std::string authority_;
  const ClientLimits limits_;
  std::unique_ptr<Session> session_;
  std::map<CallId, std::unique_ptr<Call>> calls_;
  std::deque<Ended> ended_;  // And not told yet.
  std::string output_;
  std::size_t output_taken_ = 0;  // Of its front.
  std::uint64_t made_ = 0;        // Bytes that were in the output, ever,
  std::uint64_t sent_ = 0;        // and of these given to the network.
  std::vector<CallId> whole_;     // Their requests ended in what is being made.
  int pings_ = 0;
  bool going_away_ = false;
};

}  // namespace strata::grpc
