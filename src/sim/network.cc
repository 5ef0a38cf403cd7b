#include "sim/network.h"

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "sim/network_wires.h"
#include "sim/world.h"

namespace strata::sim {
namespace {

Error Broken(const Endpoint& peer) {
  return Error(ErrorCode::kIo, "connection to " + ToString(peer) + ": reset by peer");
}

}  // namespace

class SimSocket final : public Socket {
 public:
  SimSocket(SimNetwork& network, std::shared_ptr<SimNetwork::Wire> wire, int end, Endpoint peer)
      : network_(network), wire_(std::move(wire)), end_(end), peer_(std::move(peer)) {}

  ~SimSocket() override {
    wire_->open[end_] = false;
    SimNetwork::Pipe& in = wire_->pipe[1 - end_];
    if (in.pieces.empty()) {
      EndWriting();
      network_.Tell(wire_->poller[1 - end_]);
    } else {
      network_.Break(wire_);  // As TCP: what wasn't read is an error.
    }
  }

  Result<std::optional<std::size_t>> Read(std::span<char> into) override {
    network_.world_.Reach(Point::kOther);
    if (wire_->broken) return Broken(peer_);
    SimNetwork::Pipe& in = wire_->pipe[1 - end_];
    const std::uint64_t now = network_.world_.now_nanos();
    if (wire_->silent || !in.Readable(now)) return std::optional<std::size_t>();
    if (in.pieces.empty()) return std::optional<std::size_t>(0);
    const std::size_t most = network_.DrawPiece(into.size());
    std::size_t got = 0;
    while (got < most && !in.pieces.empty() && in.pieces.front().due <= now) {
      std::string& piece = in.pieces.front().bytes;
      const std::size_t count = std::min(most - got, piece.size());
      std::copy_n(piece.begin(), count, into.begin() + static_cast<std::ptrdiff_t>(got));
      got += count;
      piece.erase(0, count);
      if (piece.empty()) in.pieces.pop_front();
    }
    in.bytes -= got;
    network_.Tell(wire_->poller[1 - end_]);  // There is room again.
    return std::optional<std::size_t>(got);
  }

  Result<std::size_t> Write(std::span<const std::string_view> parts) override {
    network_.world_.Reach(Point::kOther);
    if (wire_->broken) return Broken(peer_);
    if (!wire_->open[1 - end_] && !wire_->silent) {
      network_.Break(wire_);
      return Broken(peer_);
    }
    std::size_t room = Room();
    if (room == 0) return std::size_t{0};
    room = network_.DrawPiece(room);
    std::string bytes;
    for (const std::string_view part : parts) bytes += part.substr(0, room - bytes.size());
    const std::size_t count = bytes.size();
    if (count > 0) network_.Send(wire_, end_, std::move(bytes));
    return count;
  }

  void EndWriting() override {
    SimNetwork::Pipe& out = wire_->pipe[end_];
    if (out.ended_at != kNever) return;
    out.ended_at = std::max(out.last_due, network_.DrawDue());
    network_.TellEndAt(out.ended_at, wire_, 1 - end_);
  }

  const Endpoint& peer() const override { return peer_; }

 private:
  friend class SimPoller;

  std::size_t Room() const {
    return network_.options_.window_bytes -
           std::min(network_.options_.window_bytes, wire_->pipe[end_].bytes);
  }

  // What a poller tells of it.
  Ready Look(Interest interest) const {
    const bool broken = wire_->broken || (!wire_->open[1 - end_] && !wire_->silent);
    const bool readable =
        !wire_->silent && wire_->pipe[1 - end_].Readable(network_.world_.now_nanos());
    return {.read = wire_->broken || (interest.read && readable),
            .write = wire_->broken || (interest.write && (broken || Room() > 0)),
            .broken = wire_->broken};
  }

  SimNetwork& network_;
  const std::shared_ptr<SimNetwork::Wire> wire_;
  const int end_;
  const Endpoint peer_;
};

class SimListener final : public Listener {
 public:
  SimListener(SimNetwork& network, std::shared_ptr<SimNetwork::Port> port, Endpoint endpoint)
      : network_(network), port_(std::move(port)), endpoint_(std::move(endpoint)) {}

  ~SimListener() override {
    const auto at = network_.ports_.find({endpoint_.host, endpoint_.port});
    if (at != network_.ports_.end() && at->second == port_) network_.ports_.erase(at);
    for (const auto& caller : port_->callers) network_.Break(caller.wire);
  }

  Result<std::unique_ptr<Socket>> Accept() override {
    network_.world_.Reach(Point::kOther);
    if (!HasCaller()) return std::unique_ptr<Socket>();
    SimNetwork::Port::Caller caller = std::move(port_->callers.front());
    port_->callers.pop_front();
    return std::unique_ptr<Socket>(
        std::make_unique<SimSocket>(network_, std::move(caller.wire), 1, std::move(caller.from)));
  }

  const Endpoint& endpoint() const override { return endpoint_; }

 private:
  friend class SimPoller;

  bool HasCaller() const {
    return !port_->callers.empty() && port_->callers.front().due <= network_.world_.now_nanos();
  }

  SimNetwork& network_;
  const std::shared_ptr<SimNetwork::Port> port_;
  const Endpoint endpoint_;
};

class SimPoller final : public Poller {
 public:
  explicit SimPoller(SimNetwork& network) : network_(network) {}

  Status Add(Socket& socket, std::uint64_t token, Interest interest) override {
    auto& mine = static_cast<SimSocket&>(socket);
    mine.wire_->poller[mine.end_] = state_;
    sockets_[&mine] = {token, interest};
    return {};
  }
  Status Add(Listener& listener, std::uint64_t token) override {
    auto& mine = static_cast<SimListener&>(listener);
    mine.port_->poller = state_;
    listeners_[&mine] = token;
    return {};
  }
  Status Change(Socket& socket, std::uint64_t token, Interest interest) override {
    sockets_[&static_cast<SimSocket&>(socket)] = {token, interest};
    return {};
  }
  void Remove(Socket& socket) override { sockets_.erase(&static_cast<SimSocket&>(socket)); }
  void Remove(Listener& listener) override {
    listeners_.erase(&static_cast<SimListener&>(listener));
  }

  std::span<const Ready> Wait(std::optional<std::uint64_t> timeout_us) override {
    World& world = network_.world_;
    const std::uint64_t until =
        timeout_us ? world.now_nanos() + *timeout_us * 1000 : std::uint64_t{kNever};
    if (timeout_us) network_.TellAt(until, state_);
    while (true) {
      const std::uint64_t seen = state_->told;
      world.Reach(Point::kOther);
      LookAtAll();
      if (!ready_.empty() || std::exchange(state_->woken, false)) return ready_;
      if (world.now_nanos() >= until) return ready_;
      while (state_->told == seen) {
        world.Park({.what = WaitFor::What::kNetwork, .notifier = state_.get()});
      }
    }
  }

  void Wake() override {
    state_->woken = true;
    network_.Tell(state_);
    network_.world_.Reach(Point::kNotify);
  }

 private:
  struct Watched {
    std::uint64_t token = 0;
    Interest interest;
  };

  void LookAtAll() {
    ready_.clear();
    for (const auto& [socket, watched] : sockets_) {
      Ready ready = socket->Look(watched.interest);
      ready.token = watched.token;
      if (ready.read || ready.write) ready_.push_back(ready);
    }
    for (const auto& [listener, token] : listeners_) {
      if (listener->HasCaller()) ready_.push_back({.token = token, .read = true});
    }
    std::sort(ready_.begin(), ready_.end(),
              [](const Ready& a, const Ready& b) { return a.token < b.token; });
  }

  SimNetwork& network_;
  const std::shared_ptr<SimNetwork::PollerState> state_ =
      std::make_shared<SimNetwork::PollerState>();
  std::map<SimSocket*, Watched> sockets_;
  std::map<SimListener*, std::uint64_t> listeners_;
  std::vector<Ready> ready_;
};

// What the code on one node sees.
class NodeNetwork final : public Network {
 public:
  NodeNetwork(SimNetwork& network, NodeId node, std::string name)
      : network_(network), node_(node), name_(std::move(name)) {}

  Result<std::unique_ptr<Listener>> Listen(const Endpoint& endpoint) override {
    STRATA_CHECK(node_ != kNoNode);
    Endpoint got{.host = name_, .port = endpoint.port};
    if (got.port == 0) got.port = network_.next_port_++;
    auto& port = network_.ports_[{got.host, got.port}];
    if (port != nullptr) {
      return Error(ErrorCode::kBusy, "listening at " + ToString(got) + ": the port is taken");
    }
    port = std::make_shared<SimNetwork::Port>();
    port->node = node_;
    return std::unique_ptr<Listener>(std::make_unique<SimListener>(network_, port, std::move(got)));
  }

  Result<std::unique_ptr<Socket>> Connect(const Endpoint& endpoint) override {
    network_.world_.Reach(Point::kOther);
    auto wire = std::make_shared<SimNetwork::Wire>();
    wire->node[0] = node_;
    const std::string& host = IsLoopback(endpoint) ? name_ : endpoint.host;
    const auto at = network_.ports_.find({host, endpoint.port});
    if (at == network_.ports_.end()) {
      wire->broken = true;  // Refused.
    } else {
      SimNetwork::Port& port = *at->second;
      wire->node[1] = port.node;
      const bool up = network_.IsUp(node_, port.node);
      const std::uint64_t due = up ? network_.DrawDue() : std::uint64_t{kNever};
      port.callers.push_back({due, wire, {.host = name_, .port = network_.next_port_++}});
      network_.TellPortAt(due, at->second);
      network_.wires_.push_back(wire);
    }
    return std::unique_ptr<Socket>(
        std::make_unique<SimSocket>(network_, std::move(wire), 0, endpoint));
  }

  Result<std::unique_ptr<Poller>> NewPoller() override {
    return std::unique_ptr<Poller>(std::make_unique<SimPoller>(network_));
  }

 private:
  SimNetwork& network_;
  const NodeId node_;
  const std::string name_;
};

SimNetwork::SimNetwork(World& world) : world_(world) {}
SimNetwork::~SimNetwork() = default;

std::unique_ptr<Network> SimNetwork::For(NodeId node, const std::string& name) {
  return std::make_unique<NodeNetwork>(*this, node, name);
}

void SimNetwork::Send(const std::shared_ptr<Wire>& wire, int end, std::string bytes) {
  Pipe& out = wire->pipe[end];
  if (options_.break_one_in != 0 && world_.random().OneIn(options_.break_one_in)) {
    out.pieces.push_back({.due = 0, .bytes = std::move(bytes)});
    return Break(wire);
  }
  const std::uint64_t due = IsUp(wire->node[0], wire->node[1]) ? DrawDue() : std::uint64_t{kNever};
  out.last_due = std::max(out.last_due, due);
  out.bytes += bytes.size();
  out.pieces.push_back({.due = out.last_due, .bytes = std::move(bytes)});
  TellEndAt(out.last_due, wire, 1 - end);
}

void SimNetwork::Break(const std::shared_ptr<Wire>& wire) {
  if (options_.silent_one_in != 0 && wire->open[0] && wire->open[1] &&
      world_.random().OneIn(options_.silent_one_in)) {
    wire->silent = true;
    return;
  }
  wire->broken = true;
  Tell(wire->poller[0]);
  Tell(wire->poller[1]);
}

void SimNetwork::Tell(const std::weak_ptr<PollerState>& poller) {
  const auto state = poller.lock();
  if (state == nullptr) return;
  ++state->told;
  world_.WakeAll(state.get());
}

void SimNetwork::TellAt(std::uint64_t true_nanos, const std::weak_ptr<PollerState>& poller) {
  if (true_nanos == kNever) return;
  world_.At(true_nanos, [this, poller] { Tell(poller); });
}

// Who waits for the end, or listens, by then.
void SimNetwork::TellEndAt(std::uint64_t true_nanos, const std::shared_ptr<Wire>& wire, int end) {
  if (true_nanos == kNever) return;
  world_.At(true_nanos, [this, wire, end] { Tell(wire->poller[end]); });
}

void SimNetwork::TellPortAt(std::uint64_t true_nanos, const std::shared_ptr<Port>& port) {
  if (true_nanos == kNever) return;
  world_.At(true_nanos, [this, port] { Tell(port->poller); });
}

bool SimNetwork::IsUp(NodeId a, NodeId b) const {
  return !down_.contains(std::minmax(a, b));
}

std::uint64_t SimNetwork::DrawDue() {
  return world_.now_nanos() + world_.random().Uniform(options_.latency_nanos_max + 1);
}

std::size_t SimNetwork::DrawPiece(std::size_t most) {
  if (options_.piece_bytes_max == 0 || most == 0) return most;
  return 1 + world_.random().Uniform(std::min(most, options_.piece_bytes_max));
}

}  // namespace strata::sim
