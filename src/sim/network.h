// The network of a simulated world: connections between its nodes, and between nodes and clients
// outside of them, that are late, come in pieces, break and are held up, as drawn from the seed.
//
// A connection keeps the order of its bytes. When one breaks, both ends are told, unless the break
// is silent (half-open): then an end that only waits never hears of it. What was written and not
// yet read may be lost with it, from any byte on.
// Thread safety: the world's.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "io/network.h"
#include "sim/simulated_thread.h"

namespace strata::sim {

class World;

struct NetworkOptions {
  std::uint64_t latency_nanos_max = 200'000;  // Of each piece; drawn from nothing on.
  std::size_t window_bytes = 64 << 10;        // That may be under way in one direction.
  // A read gives, and a write takes, at most so many bytes, drawn from 1 on; 0: all it can.
  std::size_t piece_bytes_max = 0;
  std::uint64_t break_one_in = 0;   // A write breaks its connection once in so many; 0: never.
  std::uint64_t silent_one_in = 2;  // Of the breaks, so many are silent; 0: none.
};

class SimNetwork {
 public:
  explicit SimNetwork(World& world);
  ~SimNetwork();
  SimNetwork(const SimNetwork&) = delete;
  SimNetwork& operator=(const SimNetwork&) = delete;

  // From now on.
  void Configure(const NetworkOptions& options) { options_ = options; }

  // What code that runs on a node is given. Others reach its listeners by the node's name; so do
  // clients outside (kNoNode), who can't listen.
  std::unique_ptr<Network> For(NodeId node, const std::string& name);

  // The link between two nodes, both ways; `kNoNode` stands for all clients outside. While it is
  // down, what is written waits, and so does who connects.
  void SetLink(NodeId a, NodeId b, bool up);
  // Breaks every connection that there is.
  void BreakAll();
  // The node's power is gone, or its processes are: its listeners and connections are.
  void Drop(NodeId node);

  std::size_t connections() const;  // That have an open end.

 private:
  friend class NodeNetwork;
  friend class SimSocket;
  friend class SimListener;
  friend class SimPoller;
  struct PollerState;
  struct Pipe;
  struct Wire;
  struct Port;

  void Send(const std::shared_ptr<Wire>& wire, int end, std::string bytes);
  void Break(const std::shared_ptr<Wire>& wire);
  void Tell(const std::weak_ptr<PollerState>& poller);
  void TellAt(std::uint64_t true_nanos, const std::weak_ptr<PollerState>& poller);
  void TellEndAt(std::uint64_t true_nanos, const std::shared_ptr<Wire>& wire, int end);
  void TellPortAt(std::uint64_t true_nanos, const std::shared_ptr<Port>& port);
  bool IsUp(NodeId a, NodeId b) const;
  std::uint64_t DrawDue();
  std::size_t DrawPiece(std::size_t most);

  World& world_;
  NetworkOptions options_;
  std::map<std::pair<std::string, std::uint16_t>, std::shared_ptr<Port>> ports_;
  std::vector<std::weak_ptr<Wire>> wires_;
  std::set<std::pair<NodeId, NodeId>> down_;
  std::uint16_t next_port_ = 40'000;
};

}  // namespace strata::sim
