// `strata serve`.

#include "cli/session.h"
#include "io/stop_signals.h"
#include "resp/session.h"
#include "server/server.h"

namespace strata::cli {
namespace {

class ServeVerb final : public Verb {
 public:
  void Declare(Flags& flags) override {
    flags.Text("redis", &redis_, "HOST:PORT", "Where to speak the Redis protocol");
    flags.Text("ports-file", &ports_file_, "FILE",
               "Written once it serves: {\"redis\": 6379}, for port 0");
    flags.Switch("insecure", &insecure_,
                 "Let others than this machine connect, without passwords or encryption");
    flags.Integer("loops", &options_.loops, 1, "Threads that serve connections");
    flags.Integer("readers", &options_.readers, 1, "Threads that wait for the disk");
    flags.Group("Limits");
    flags.Number("connections-max", &connections_max_, "Connections at a time");
    flags.DurationMicros("idle", &options_.limits.idle_us,
                         "Close connections that are silent for so long; 0: never");
    flags.DurationMicros("stuck", &options_.limits.stuck_us,
                         "Close connections that don't take their replies for so long");
  }

  Result<ExitCode> Run(Session& session) override {
    STRATA_TRY_ASSIGN(const Endpoint redis, ParseEndpoint(redis_));
    STRATA_TRY(CheckExposure(redis));
    options_.limits.connections_max = static_cast<std::size_t>(connections_max_);
    STRATA_TRY_ASSIGN(const auto signals, StopSignals::Catch());
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kCreate));
    server::ServerStats stats;
    resp::Shared shared(*db, session.environment(), stats, options_.limits);
    shared.version = STRATA_VERSION;
    options_.fronts.push_back(
        {.name = "redis", .endpoint = redis, .factory = resp::RespFactory(shared)});
    STRATA_TRY_ASSIGN(const auto server,
                      server::Server::Start(options_, *db, session.environment(), stats));
    const Endpoint& at = server->endpoints().front();
    shared.port = at.port;
    resp::AddParameters(&shared, session.globals().engine.sync);
    STRATA_TRY(TellPorts(session, at));
    session.Note("serving " + session.globals().db + " at " + ToString(at) +
                 " (Redis protocol); try: redis-cli -p " + std::to_string(at.port));
    while (signals.Wait() == StopSignal::kReload) {
      session.Note("nothing of what was set can be read again while it serves");
    }
    session.Note("stopping");
    server->Stop();
    return kExitOk;
  }

 private:
  Status CheckExposure(const Endpoint& endpoint) const {
    if (insecure_ || IsLoopback(endpoint)) return {};
    return InvalidArgument("--redis " + redis_ +
                           " lets others than this machine connect, and there are no passwords "
                           "yet: use 127.0.0.1, or say --insecure");
  }

  // Appears as a whole, or not at all.
  Status TellPorts(Session& session, const Endpoint& redis) const {
    if (ports_file_.empty()) return {};
    const std::string draft = ports_file_ + ".tmp";
    STRATA_TRY_ASSIGN(const bool left, session.files().Exists(draft));
    if (left) STRATA_TRY(session.files().Remove(draft));
    STRATA_TRY_ASSIGN(const auto file, session.files().Create(draft));
    STRATA_TRY(file->Append("{\"redis\": " + std::to_string(redis.port) + "}\n"));
    STRATA_TRY(file->Close());
    return session.files().Rename(draft, ports_file_);
  }

  std::string redis_ = "127.0.0.1:6379";
  std::string ports_file_;
  bool insecure_ = false;
  std::uint64_t connections_max_ = server::Limits{}.connections_max;
  server::ServerOptions options_;
};

}  // namespace

Command ServeCommand() {
  return {.name = "serve",
          .alias = "",
          .group = "Servers",
          .summary = "Serve a store to Redis clients",
          .examples = "--db cities serve\n--db cities serve --redis 127.0.0.1:0 --ports-file ports",
          .make = MakeVerb<ServeVerb>};
}

}  // namespace strata::cli
