// What a simulated network is made of: connections, their two directions, and places where somebody
// listens.

#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <string>

#include "sim/network.h"

namespace strata::sim {

inline constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

// Whom to tell that something may be ready.
struct SimNetwork::PollerState {
  std::uint64_t told = 0;
  bool woken = false;
};

// One direction of a connection.
struct SimNetwork::Pipe {
  struct Piece {
    std::uint64_t due = 0;  // True time at which it is there; kNever while the link is down.
    std::string bytes;
  };

  bool Readable(std::uint64_t now) const {
    if (!pieces.empty()) return pieces.front().due <= now;
    return ended_at <= now;
  }

  std::deque<Piece> pieces;
  std::size_t bytes = 0;
  std::uint64_t last_due = 0;
  std::uint64_t ended_at = kNever;  // Nothing comes any more from then on.
};

// A connection. End 0 is who connected, end 1 who was connected to.
struct SimNetwork::Wire {
  NodeId node[2] = {kNoNode, kNoNode};
  Pipe pipe[2];  // By the end that writes.
  bool open[2] = {true, true};
  bool broken = false;  // Each use is an error.
  bool silent = false;  // Nothing arrives, and nobody is told.
  std::weak_ptr<PollerState> poller[2];
};

// Where somebody listens.
struct SimNetwork::Port {
  struct Caller {
    std::uint64_t due = 0;
    std::shared_ptr<Wire> wire;
    Endpoint from;
  };

  NodeId node = kNoNode;
  std::deque<Caller> callers;
  std::weak_ptr<PollerState> poller;
};

}  // namespace strata::sim
