// A server: fronts at which it listens, loops that serve the connections, a committer that writes
// and readers that wait for the disk, on one store.
//
//   connection -> event loop -> (reads that need no disk are answered at once)
//                            -> committer -> DB::Write -> mailbox -> event loop -> connection
//                            -> readers   -> DB::Get   -> mailbox -> event loop -> connection
//
// Thread safety: any thread; Stop once.

#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "io/environment.h"
#include "server/committer.h"
#include "server/event_loop.h"
#include "server/limits.h"
#include "server/protocol.h"
#include "server/reader_pool.h"
#include "server/server_stats.h"
#include "strata/db.h"

namespace strata::server {

struct ServerOptions {
  std::vector<Front> fronts;
  int loops = 1;
  int readers = 4;
  // Threads for works that may wait for other clients: as many as may be waiting at a time, so that
  // the one they wait for always finds another.
  int waiters = 0;
  Limits limits;
  std::function<void()> on_tick;  // Called by each loop about once a second.
  Logger* logger =
      nullptr;           // Borrowed; is told of limits that clients meet, and of failed commits.
  OnWritten on_written;  // Called by the committer's thread; nothing: nobody wants to know.
};

class Server {
 public:
  // Listens and serves from now on. `db` and `environment` must outlive it; `stats`, which the
  // fronts may show, too. Errors: those of Network::Listen.
  static Result<std::unique_ptr<Server>> Start(ServerOptions options, DB& db,
                                               const Environment& environment, ServerStats& stats);
  ~Server();  // Stops.
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Where it listens, by front: with the ports that it got.
  const std::vector<Endpoint>& endpoints() const { return endpoints_; }
  // Holds from now on, also for those who are connected.
  void Adjust(const Limits& limits) { limits_.Adjust(limits); }
  // Each loop has come round since the last call, which has them come round soon: they are alive.
  bool HasTurned();
  // Accepts nobody any more, lets requests under way end (Limits::stop_us at most), and returns
  // when all is quiet.
  void Stop();

 private:
  Server(ServerOptions options, DB& db, const Environment& environment, ServerStats& stats);
  Status Listen();

  const ServerOptions options_;
  Limits limits_;
  const Environment environment_;
  ServerStats& stats_;
  std::vector<Endpoint> endpoints_;
  std::atomic<ConnectionId> next_id_{1};
  Committer committer_;
  ReaderPool readers_;
  ReaderPool waiters_;
  std::vector<std::unique_ptr<EventLoop>> loops_;
  std::vector<std::unique_ptr<RunningThread>> threads_;
};

}  // namespace strata::server
