// The real server on a machine of a simulated world, which may be killed at any time and begins
// anew on its disk.
//
// Thread safety: the world's.

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/service.h"
#include "grpc/server_session.h"
#include "server/server.h"
#include "sim/network.h"
#include "sim/node.h"
#include "sim/world.h"
#include "strata/db.h"
#include "wal/batch_format.h"

namespace strata::client::testing {

class ServerNode {
 public:
  using Find = std::function<void(const std::string&)>;

  // `find` is told what is wrong.
  ServerNode(sim::World& world, std::string name, Find find)
      : name_(std::move(name)), node_(world.AddNode({.name = name_})), find_(std::move(find)) {}

  std::string endpoint() const { return name_ + ":7379"; }
  sim::Node& node() { return node_; }

  // Serves until `done()`; then `check` sees the store, without a server.
  void Boot(std::function<bool()> done, std::function<void(DB&)> check) {
    node_.Spawn("main", [this, done = std::move(done), check = std::move(check)] {
      auto running = std::make_shared<Running>();
      if (!Start(running.get())) return;
      while (!done()) node_.clock().SleepMicros(500);
      End(*running, check);
    });
  }

  // It has begun to serve.
  bool serving() const { return serving_; }
  // How often a key was put, as the committer saw it.
  const std::map<std::string, int>& puts() const { return puts_; }

 private:
  struct Running {
    server::ServerStats stats;
    std::unique_ptr<DB> db;
    std::unique_ptr<api::Service> service;
    grpc::MethodTable methods;
    std::unique_ptr<server::Server> server;
  };

  bool Start(Running* running) {
    const Environment& environment = node_.environment();
    Options options;
    options.environment = &environment;
    auto db = DB::Open(options, "db");
    if (!db) return find_("opening: " + db.error().message()), false;
    running->db = *std::move(db);
    running->service = std::make_unique<api::Service>(*running->db, environment);
    running->methods = api::MethodsOf(*running->service);
    server::ServerOptions serving{.loops = 2, .readers = 1, .waiters = 6};
    serving.limits.stop_us = 100'000;
    serving.fronts.push_back(
        {.name = "grpc",
         .endpoint = {name_, 7379},
         .factory = grpc::GrpcFactory(
             {running->methods, *running->db, environment, serving.limits, running->stats})});
    serving.on_tick = [service = running->service.get()] { service->OnTick(); };
    serving.on_written = [this, service = running->service.get()](const WriteBatch& batch,
                                                                  std::uint64_t version) {
      Count(batch);
      service->OnWritten(batch, version);
    };
    auto server = server::Server::Start(serving, *running->db, environment, running->stats);
    if (!server) return find_("serving: " + server.error().message()), false;
    running->server = *std::move(server);
    serving_ = true;
    return true;
  }

  void Count(const WriteBatch& batch) {
    const Status counted =
        wal::ForEachEntry(batch.encoded(), 0, [this](const wal::BatchEntry& entry) -> Status {
          if (entry.table == 0 && entry.kind != EntryKind::kDelete) ++puts_[std::string(entry.key)];
          return {};
        });
    if (!counted) find_(counted.error().message());
  }

  void End(Running& running, const std::function<void(DB&)>& check) {
    running.server->Stop();
    running.server.reset();
    if (running.stats.connections != 0) find_("connections are left");
    node_.clock().SleepMicros(2'000'000);  // Leases of clients that couldn't say that they go.
    running.service->OnTick();
    if (running.service->snapshots().count() != 0) find_("snapshots are left");
    if (running.service->transactions().count() != 0) find_("transactions are left");
    check(*running.db);
    if (const Status closed = running.db->Close(); !closed) find_(closed.error().message());
  }

  const std::string name_;
  sim::Node& node_;
  const Find find_;
  std::map<std::string, int> puts_;
  bool serving_ = false;
};

}  // namespace strata::client::testing
