// What a connection speaks: requests out of bytes, replies into bytes. A server has one kind of
// Protocol for each of its fronts, and an object of it for each connection.
//
// Thread safety: the loop's of its connection, but for what a Work takes along.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/network.h"
#include "server/output.h"
#include "server/server_stats.h"
#include "server/work.h"

namespace strata::server {

// What a Protocol is to do next with its input.
enum class Next : std::uint8_t {
  kRead,   // No whole request is left: more bytes are needed.
  kAgain,  // There may be more, after the other connections had their turn.
  kWork,   // A Work is to be handed over: see TakeWork. What is left waits until it is done.
  kWorks,  // Works are to be handed over, and it goes on with its input meanwhile.
  kClose,  // Once the replies are sent.
};

struct Consumed {
  std::size_t bytes = 0;  // From the front of the input, which need not be given again.
  Next next = Next::kRead;
};

// A limit that a client met, by its name, and what counts that.
struct LimitMet {
  std::string_view limit;  // Of a constant.
  ServerStats::Count ServerStats::* count;
  std::uint64_t times;
};

class Protocol {
 public:
  Protocol() = default;
  Protocol(const Protocol&) = delete;
  Protocol& operator=(const Protocol&) = delete;
  virtual ~Protocol() = default;

  // Whom the client has proven to be: the names in its certificate. Before the first Consume, and
  // only if it has any.
  virtual void Introduce(std::span<const std::string> /*names*/) {}
  // Takes whole requests from the front of `input` and answers them, as far as that can be done at
  // once. `input` begins where the last call left off.
  virtual Consumed Consume(std::string_view input, Output* output) = 0;
  // After Next::kWork and kWorks, until it is null.
  virtual std::unique_ptr<Work> TakeWork() = 0;
  // It was carried out: its replies. After kAgain, Consume is called once there is room for more of
  // them, even if no input is left.
  virtual Next FinishWork(std::unique_ptr<Work> work, Output* output) = 0;
  // Its replies have left, somebody woke it (Mailbox::PutAwake), or a second has passed: it may
  // have more to say without being asked. Not kAgain.
  virtual Next Awake(Output* /*output*/) { return Next::kRead; }
  // What it keeps besides the input and the output, for Limits::buffer_bytes_max.
  virtual std::size_t bytes_kept() const { return 0; }
  // A reply that says why the connection is closed.
  virtual void Refuse(std::string_view reason, Output* output) = 0;
  // What its client met since the last call, for the connection, which counts it and tells the log.
  std::vector<LimitMet> TakeMet() { return std::exchange(met_, {}); }

 protected:
  // Once the client was told.
  void Meet(std::string_view limit,
            ServerStats::Count ServerStats::* count = &ServerStats::over_request) {
    for (LimitMet& met : met_) {
      if (met.limit != limit) continue;
      ++met.times;
      return;
    }
    met_.push_back({.limit = limit, .count = count, .times = 1});
  }

 private:
  std::vector<LimitMet> met_;
};

// What a protocol is told of its connection.
struct Peer {
  ConnectionId id = 0;
  Endpoint address;
  Endpoint local;              // Where it connected to.
  Mailbox* home = nullptr;     // Of its loop; it outlives the protocol.
  std::uint64_t since_us = 0;  // Wall clock.
};
using ProtocolFactory = std::function<std::unique_ptr<Protocol>(const Peer& peer)>;

// One address at which a server listens, and what is spoken there.
struct Front {
  std::string name;  // "redis"
  Endpoint endpoint;
  ProtocolFactory factory;
  Spoken spoken = {};
};

}  // namespace strata::server
