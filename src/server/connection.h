// One client: its socket, what it sent and hasn't been carried out, and what it is still to be
// sent.
//
// Thread safety: none; its loop's.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "io/logger.h"
#include "io/network.h"
#include "server/limits.h"
#include "server/output.h"
#include "server/protocol.h"
#include "server/server_stats.h"
#include "server/work.h"

namespace strata::server {

class Connection {
 public:
  // `limits` and `stats` are borrowed. `now_us`, here and below: the clock for durations.
  Connection(ConnectionId id, std::unique_ptr<Socket> socket, std::unique_ptr<Protocol> protocol,
             const Limits& limits, ServerStats& stats, std::uint64_t now_us,
             Logger* logger = nullptr);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The socket has something: reads into `scratch`, once, and carries out what is whole. While no
  // request of this connection may begin, nothing is read, and it isn't to be heard (Wanted). A
  // request that isn't whole and is larger than request_bytes_max is refused.
  void Receive(std::span<char> scratch, std::uint64_t now_us);
  // Goes on with what it was sent before, if it may.
  void GoOn();
  // At the end of a turn: it is heard again if a request may begin and none waits in what it sent.
  // One that sends no more is at its end when all that it sent is carried out.
  void Settle();
  // Sends what it can.
  void Send(std::uint64_t now_us);
  // The work that it made is done.
  void FinishWork(std::unique_ptr<Work> work);
  // Sends bytes besides the replies.
  void Push(std::string bytes);
  // The protocol may have something to say.
  void Awake();
  // Tells the client why, and closes once that is sent.
  void Refuse(std::string_view reason);
  // Closes at once.
  void Drop() { dropped_ = true; }
  // What time brings. It is closed if the socket wouldn't take all of the replies and has taken
  // nothing for longer than stuck_us; or if, with nothing under way, nothing came for longer than
  // idle_us. Memory that isn't used goes back.
  void Tick(std::uint64_t now_us);

  // Work to be handed over, until it is null.
  std::unique_ptr<Work> TakeWork();
  // It has requests that it could begin now.
  bool HasMore() const { return more_ && CanBegin(); }
  // Nothing is under way: neither work nor replies.
  bool IsQuiet() const { return under_way_ == 0 && !HasMore() && output_.empty(); }
  bool IsOver() const { return dropped_ || (ending_ && output_.empty()); }
  // What to wait for. It leaves reads on while a work is under way, as most clients wait for the
  // reply before they send more, and to change it costs a system call.
  Interest Wanted() const;
  // Brings the count of bytes that it keeps up to date. True: all together are over
  // buffer_bytes_max, and it is refused, and keeps no input. That happens only to one that keeps
  // more than it did, and more than 64 KiB, while nothing of it is under way. The refusals of
  // limits name them: "... buffer_bytes_max, 100000 bytes ...".
  bool Account();

  ConnectionId id() const { return id_; }
  Socket& socket() { return *socket_; }
  Interest watched;      // What the loop's poller knows.
  bool touched = false;  // The loop looks at it at the end of its turn.

 private:
  bool CanBegin() const {
    return !busy_ && !ending_ && !dropped_ && output_.bytes() < limits_.reply_bytes_pause;
  }
  std::size_t Consume(std::string_view input);
  void Follow(Next next);
  void LimitReplies();
  // Counts the limits that the protocol met.
  void CountMet();
  // Counts it, and tells the log.
  void Met(std::string_view limit, ServerStats::Count* count, std::uint64_t times = 1);

  const ConnectionId id_;
  const std::unique_ptr<Socket> socket_;
  const std::unique_ptr<Protocol> protocol_;
  const Limits& limits_;
  ServerStats& stats_;
  Logger* const logger_;  // May be null.
  std::string input_;     // Not consumed yet.
  Output output_;
  std::size_t under_way_ = 0;  // Works that haven't come back.
  std::size_t accounted_ = 0;
  std::uint64_t heard_us_;   // When it last sent something,
  std::uint64_t took_us_;    // and when it last took something of its replies.
  bool introduced_ = false;  // The protocol knows who it is.
  bool has_works_ = false;   // To be handed over.
  bool busy_ = false;        // A work is under way behind which nothing begins.
  bool more_ = false;        // The input may hold whole requests.
  bool muted_ = false;       // It sent more while it couldn't be heard.
  bool peer_ended_ = false;  // It sends no more.
  bool unsent_ = false;      // The socket took less than there is.
  bool ending_ = false;
  bool dropped_ = false;
};

}  // namespace strata::server
