// `strata serve`.

#include "api/service.h"
#include "cli/session.h"
#include "grpc/server_session.h"
#include "io/stop_signals.h"
#include "resp/session.h"
#include "server/server.h"

namespace strata::cli {
namespace {

class ServeVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Text("redis", &redis_, "HOST:PORT", "Where to speak the Redis protocol");
    flags.Text("grpc", &grpc_, "HOST:PORT", "Where to speak gRPC (strata.v1)");
    flags.Text("ports-file", &ports_file_, "FILE",
               "Written once it serves: {\"redis\": 6379, \"grpc\": 7379}, for port 0");
    flags.Switch("insecure", &insecure_,
                 "Let others than this machine connect, without passwords or encryption");
    flags.Integer("loops", &options_.loops, 1, "Threads that serve connections");
    flags.Integer("readers", &options_.readers, 1, "Threads that wait for the disk");
    flags.Size("watch-history", &watch_bytes_, "Changes that gRPC's watchers can go back to");
    flags.Group("Limits");
    flags.Number("connections-max", &connections_max_, "Connections at a time");
    flags.DurationMicros("idle", &options_.limits.idle_us,
                         "Close connections that are silent for so long; 0: never");
    flags.DurationMicros("stuck", &options_.limits.stuck_us,
                         "Close connections that don't take their replies for so long");
  }

  Result<ExitCode> Run(Session& session) override {
    STRATA_TRY(session.Directory());
    options_.limits.connections_max = static_cast<std::size_t>(connections_max_);
    STRATA_TRY(CheckExposure("redis", redis_));
    STRATA_TRY(CheckExposure("grpc", grpc_));
    STRATA_TRY_ASSIGN(const auto signals, StopSignals::Catch());
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kCreate));
    const Environment& environment = session.environment();
    server::ServerStats stats;
    resp::Shared shared(*db, environment, stats, options_.limits);
    shared.version = STRATA_VERSION;
    api::Service service(*db, environment, {.watch_bytes = static_cast<std::size_t>(watch_bytes_)});
    const grpc::MethodTable methods = api::MethodsOf(service);
    STRATA_TRY(AddFront("redis", redis_, resp::RespFactory(shared)));
    STRATA_TRY(AddFront("grpc", grpc_,
                        grpc::GrpcFactory({methods, *db, environment, options_.limits, stats})));
    Connect(&service);
    STRATA_TRY_ASSIGN(const auto server, server::Server::Start(options_, *db, environment, stats));
    shared.port = server->endpoints().front().port;
    resp::AddParameters(&shared, session.globals().engine.sync);
    STRATA_TRY(TellPorts(session, server->endpoints()));
    Announce(session, server->endpoints());
    while (signals.Wait() == StopSignal::kReload) {
      session.Note("nothing of what was set can be read again while it serves");
    }
    session.Note("stopping");
    server->Stop();
    return kExitOk;
  }

 private:
  Status CheckExposure(const std::string& name, const std::string& text) const {
    STRATA_TRY_ASSIGN(const Endpoint endpoint, ParseEndpoint(text));
    if (insecure_ || IsLoopback(endpoint)) return {};
    return InvalidArgument("--" + name + " " + text +
                           " lets others than this machine connect, and there are no passwords "
                           "yet: use 127.0.0.1, or say --insecure");
  }

  Status AddFront(const std::string& name, const std::string& text,
                  server::ProtocolFactory factory) {
    STRATA_TRY_ASSIGN(const Endpoint endpoint, ParseEndpoint(text));
    options_.fronts.push_back({.name = name, .endpoint = endpoint, .factory = std::move(factory)});
    return {};
  }

  // What is written is told to those who watch, and leases end in time.
  void Connect(api::Service* service) {
    options_.waiters = api::WaitersFor({});
    options_.on_tick = [service] { service->OnTick(); };
    options_.on_written = [service](const WriteBatch& batch, std::uint64_t version) {
      service->OnWritten(batch, version);
    };
  }

  // Appears as a whole, or not at all.
  Status TellPorts(Session& session, const std::vector<Endpoint>& endpoints) const {
    if (ports_file_.empty()) return {};
    std::string text;
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
      text += (i == 0 ? "{\"" : ", \"") + options_.fronts[i].name +
              "\": " + std::to_string(endpoints[i].port);
    }
    const std::string draft = ports_file_ + ".tmp";
    STRATA_TRY_ASSIGN(const bool left, session.files().Exists(draft));
    if (left) STRATA_TRY(session.files().Remove(draft));
    STRATA_TRY_ASSIGN(const auto file, session.files().Create(draft));
    STRATA_TRY(file->Append(text + "}\n"));
    STRATA_TRY(file->Close());
    return session.files().Rename(draft, ports_file_);
  }

  static void Announce(Session& session, const std::vector<Endpoint>& endpoints) {
    session.Note("serving " + session.globals().db + " at " + ToString(endpoints[0]) +
                 " (Redis protocol); try: redis-cli -p " + std::to_string(endpoints[0].port));
    session.Note("and at " + ToString(endpoints[1]) + " (gRPC); try: strata --server " +
                 ToString(endpoints[1]) + " stats");
  }

  std::string redis_ = "127.0.0.1:6379";
  std::string grpc_ = "127.0.0.1:7379";
  std::string ports_file_;
  std::uint64_t watch_bytes_ = api::ServiceOptions{}.watch_bytes;
  bool insecure_ = false;
  std::uint64_t connections_max_ = server::Limits{}.connections_max;
  server::ServerOptions options_;
};

}  // namespace

Command ServeCommand() {
  return {.name = "serve",
          .alias = "",
          .group = "Servers",
          .summary = "Serve a store to Redis clients and by gRPC",
          .examples =
              "--db cities serve\n"
              "--db cities serve --redis 127.0.0.1:0 --grpc 127.0.0.1:0 --ports-file ports",
          .make = MakeVerb<ServeVerb>};
}

}  // namespace strata::cli
