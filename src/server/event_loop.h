// One thread that serves many connections: it waits for all their sockets at once and never for a
// disk. In a turn each connection that has something to say is read once, what it asks for is
// carried out or handed over, and all replies leave.
//
// Thread safety: Adopt, Stop and the mailbox are for any thread; all else is the loop's.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "io/environment.h"
#include "server/committer.h"
#include "server/connection.h"
#include "server/limits.h"
#include "server/mailbox.h"
#include "server/protocol.h"
#include "server/reader_pool.h"
#include "server/server_stats.h"

namespace strata::server {

// What the loops of a server share; all must outlive them.
struct LoopParts {
  const Environment& environment;
  const std::vector<Front>& fronts;
  const std::vector<Endpoint>& endpoints;  // Where it listens, by front.
  const Limits& limits;
  ServerStats& stats;
  Committer& committer;
  ReaderPool& readers;
  ReaderPool& waiters;
  std::atomic<ConnectionId>& next_id;
  const std::function<void()>& on_tick;  // May be nothing.
  Logger* logger = nullptr;
};

class EventLoop {
 public:
  EventLoop(const LoopParts& parts, std::unique_ptr<Poller> poller);
  ~EventLoop();  // REQUIRES: Run has returned, or was never called.
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Connections of this one are shared out among `loops`, itself included. Before Run.
  Status Accept(std::unique_ptr<Listener> listener, std::size_t front,
                std::span<EventLoop* const> loops);
  // Serves until Stop is called and nothing is under way any more.
  void Run();
  // No connection is accepted any more; requests under way end.
  void Stop();
  // It has come round since the last call; it will, soon. Any thread.
  bool HasTurned();
  // Serves it from now on. Any thread.
  void Adopt(Accepted accepted) { mailbox_.Put(std::move(accepted)); }

 private:
  struct Door {
    std::unique_ptr<Listener> listener;
    std::size_t front = 0;
    bool open = true;  // Watched; not while there are no descriptors.
  };

  bool Turn();
  void Handle(const Ready& ready);
  void AcceptAll(Door* door);
  void Warn(std::string_view limit, std::string_view client);
  void TakeMail();
  void Serve(Accepted accepted);
  void Touch(Connection* connection);
  void FinishTurn();
  void Finish(Connection* connection);
  Connection* Find(ConnectionId id);  // Null: it is gone.
  void Close(Connection* connection);
  void HandOverAll(Connection* connection);
  void Tick();
  void BeginToStop();
  std::uint64_t WaitMicros() const;

  const LoopParts parts_;
  Clock& clock_;
  const std::unique_ptr<Poller> poller_;
  Mailbox mailbox_{*poller_};
  std::vector<EventLoop*> loops_;
  std::size_t next_loop_ = 0;
  std::vector<Door> doors_;
  std::unordered_map<ConnectionId, std::unique_ptr<Connection>> connections_;
  std::vector<ConnectionId> touched_;
  std::vector<ConnectionId> again_;  // They had their share of this turn.
  std::vector<std::unique_ptr<Work>> to_commit_;
  std::size_t under_way_ = 0;  // Works that haven't come back.
  Mail mail_;
  std::vector<char> scratch_;
  std::uint64_t now_us_ = 0;
  std::uint64_t next_tick_us_ = 0;
  std::uint64_t stop_at_us_ = 0;
  bool stopping_ = false;
  std::atomic<bool> stop_{false};
  std::atomic<bool> turned_{false};
};

}  // namespace strata::server
