// One connection to a server, from the attempt to connect until it breaks: a socket, and what is
// spoken on it.
//
// Thread safety: none; the loop's.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "client/loop.h"
#include "grpc/client_connection.h"
#include "io/network.h"

namespace strata::client {

struct LinkOptions {
  std::uint64_t connect_us = 5'000'000;     // The server's first word is there by then.
  std::uint64_t keepalive_us = 20'000'000;  // While calls wait: of silence, before it is asked,
  std::uint64_t answer_us = 5'000'000;      // and until it has answered that.
  grpc::ClientLimits limits = {};
  std::string authorization = {};  // Metadata of each call; empty: none.
};

class Link {
 public:
  // Begins to connect. What goes wrong is told to the calls, at the next Flush at the earliest.
  Link(Loop& loop, Network& network, const Endpoint& endpoint, const LinkOptions& options);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  bool CanStart() const { return broken_.empty() && connection_.CanStart(); }
  // REQUIRES: CanStart().
  grpc::ClientConnection::CallId Start(const grpc::CallRequest& request,
                                       grpc::CallHandlers handlers);
  grpc::Fate Cancel(grpc::ClientConnection::CallId call);
  std::size_t calls() const { return connection_.calls(); }

  // Sends what can be sent. At the end of each turn.
  void Flush();
  // All calls end, if there are any.
  void Break(std::string_view reason);
  // Of no use any more.
  bool over() const { return gone_ || (connection_.going_away() && connection_.calls() == 0); }

 private:
  void Hear(const Ready& ready);
  void Receive();
  void Fail(std::string_view reason);
  void CheckAlive();

  Loop& loop_;
  const Endpoint endpoint_;
  const LinkOptions options_;
  grpc::ClientConnection connection_;
  std::unique_ptr<Socket> socket_;
  Loop::Token token_ = 0;
  Interest interest_{.read = true, .write = false};
  std::string broken_;  // Why it can't be used.
  bool gone_ = false;   // And its calls were told.
  bool heard_ = false;  // Anything, ever.
  std::uint64_t quiet_since_us_ = 0;
  bool asked_ = false;  // A ping is under way.
  std::optional<Loop::TimerId> check_;
};

}  // namespace strata::client
