#include "server/server.h"

#include <string>
#include <utility>

namespace strata::server {

Server::Server(ServerOptions options, DB& db, const Environment& environment, ServerStats& stats)
    : options_(std::move(options)),
      limits_(options_.limits),
      environment_(environment),
      stats_(stats),
      committer_(db, environment_, stats, options_.on_written, options_.logger),
      readers_(db, environment_, options_.readers),
      waiters_(db, environment_, options_.waiters) {}

Server::~Server() {
  Stop();
}

Result<std::unique_ptr<Server>> Server::Start(ServerOptions options, DB& db,
                                              const Environment& environment, ServerStats& stats) {
  std::unique_ptr<Server> server(new Server(std::move(options), db, environment, stats));
  STRATA_TRY(server->Listen());
  for (std::size_t i = 0; i < server->loops_.size(); ++i) {
    server->threads_.push_back(server->environment_.executor->StartThread(
        "strata-loop" + std::to_string(i), [loop = server->loops_[i].get()] { loop->Run(); }));
  }
  return server;
}

// The first loop accepts, for all of them.
Status Server::Listen() {
  std::vector<EventLoop*> all;
  for (int i = 0; i < options_.loops; ++i) {
    STRATA_TRY_ASSIGN(auto poller, environment_.network->NewPoller());
    const LoopParts parts{environment_, options_.fronts,  endpoints_,     limits_,
                          stats_,       committer_,       readers_,       waiters_,
                          next_id_,     options_.on_tick, options_.logger};
    all.push_back(loops_.emplace_back(std::make_unique<EventLoop>(parts, std::move(poller))).get());
  }
  for (std::size_t front = 0; front < options_.fronts.size(); ++front) {
    const Front& one = options_.fronts[front];
    STRATA_TRY_ASSIGN(auto listener, environment_.network->ListenFor(one.endpoint, one.spoken));
    endpoints_.push_back(listener->endpoint());
    STRATA_TRY(all.front()->Accept(std::move(listener), front, all));
  }
  return {};
}

bool Server::HasTurned() {
  bool all = true;
  for (const auto& loop : loops_) all = loop->HasTurned() && all;
  return all;
}

void Server::Stop() {
  for (const auto& loop : loops_) loop->Stop();
  threads_.clear();
}

}  // namespace strata::server
