// `strata serve`.

#include <algorithm>
#include <array>
#include <map>

#include "api/service.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "cli/verbs/http_front.h"
#include "cli/verbs/serve_backups.h"
#include "cli/verbs/serve_limits.h"
#include "cli/verbs/serve_log.h"
#include "cli/verbs/serve_reload.h"
#include "cli/verbs/serve_tls.h"
#include "cli/verbs/supervision.h"
#include "db/db_impl.h"
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
    flags.Text("grpc", &grpc_, "HOST:PORT",
               "Where to speak gRPC (strata.v1; 127.0.0.1:7379); none: nowhere");
    http_.Declare(flags);
    flags.Text(
        "ports-file", &ports_file_, "FILE",
        "Written once it serves: {\"redis\": 6379, \"grpc\": 7379, \"http\": 8379}, for port 0");
    flags.Switch("insecure", &insecure_,
                 "Let others than this machine connect, without passwords or encryption");
    flags.Integer("loops", &options_.loops, 1, "Threads that serve connections");
    flags.Integer("readers", &options_.readers, 1, "Threads that wait for the disk");
    flags.Size("watch-history", &watch_bytes_, "Changes that gRPC's watchers can go back to");
    flags.Switch("check-config", &check_config_, "Only say whether all settings are right");
    flags.last().in_file = false;
    flags.Switch("print-config", &print_config_, "Only show all settings, and where each is from");
    flags.last().in_file = false;
    tls_.Declare(flags);
    limits_.Declare(flags);
    log_.Declare(flags);
    backups_.Declare(flags);
  }

  Result<ExitCode> Run(Session& session) override {
    if (print_config_) {
      session.console().Out(ShowSettings(*session.asked.globals, *session.asked.own, "serve"));
      return kExitOk;
    }
    STRATA_TRY(session.Directory());
    STRATA_TRY_ASSIGN(const Places at, Check(session));
    if (check_config_) {
      session.console().Out("ok\n");
      return kExitOk;
    }
    STRATA_TRY(CheckPorts(session, at));
    STRATA_TRY_ASSIGN(const auto signals, StopSignals::Catch());
    STRATA_TRY_ASSIGN(const auto manager, ServiceManager::Find(session.variables()));
    const auto logger = log_.Make(session);
    Supervision supervision(signals, manager, session.clock(), *logger);
    supervision.Opening();
    if (at.http) http_.KeepEvents(&session.globals().engine);
    STRATA_TRY_ASSIGN(DB* const db, session.Open(Session::IfMissing::kCreate));
    options_.logger = logger.get();
    STRATA_TRY_ASSIGN(const Environment environment,
                      tls_.Start(session.environment(), logger.get()));
    server::ServerStats stats;
    options_.limits = limits_.Limits();
    resp::Shared shared(*db, environment, stats, options_.limits);
    shared.on_shutdown = [&signals] { signals.Raise(StopSignal::kStop); };
    shared.version = STRATA_VERSION;
    shared.logger = logger.get();
    api::Service service(*db, environment,
                         {.watch_bytes = static_cast<std::size_t>(watch_bytes_),
                          .reply_bytes_max = options_.limits.reply_bytes_max,
                          .backup_directory = backups_.directory()});
    const grpc::MethodTable methods = api::MethodsOf(service);
    RequestTimes grpc_times;
    AddFront("redis", at.redis, resp::RespFactory(shared));
    if (IsThere("--grpc", at.grpc, grpc_.has_value(), session.environment(), *logger)) {
      AddFront("grpc", *at.grpc,
               grpc::GrpcFactory({methods, *db, environment, options_.limits, stats, &grpc_times}));
      Connect(&service);
    }
    if (IsThere("--http", at.http, http_.asked(), session.environment(), *logger)) {
      http_.AddTo(&options_, *at.http, *db, environment, stats, shared);
      http_.AddApi("grpc", grpc_times);
      options_.fronts.back().spoken = tls_.SpokenAt("http", "http/1.1");
      if (tls_.on()) http_.ShowTls(tls_.network()->counts());
    }
    STRATA_TRY_ASSIGN(const auto server, server::Server::Start(options_, *db, environment, stats));
    shared.port = server->endpoints().front().port;
    resp::AddParameters(&shared, session.globals().engine.sync);
    STRATA_TRY(limits_.Tell(&shared, ServeLimits::AllTold()));
    STRATA_TRY(TellPorts(session, server->endpoints()));
    const std::string status = TellWhere(session, *logger, server->endpoints());
    backups_.Start(*db, environment, *logger);
    supervision.AwaitStop(*server, status, [&] { Reload(session, *logger, *server, &shared); });
    backups_.Stop();
    http_.NoteStopping();
    service.OnStop();
    server->Stop();
    logger->Log(LogLevel::kInfo, "stopped", {{"requests", stats.requests.load()}});
    return kExitOk;
  }

 private:
  struct Places {
    Endpoint redis;
    std::optional<Endpoint> grpc;  // Nothing: nowhere.
    std::optional<Endpoint> http;
  };

  // All that can be wrong with what was asked for.
  Result<Places> Check(Session& session) const {
    STRATA_TRY(CheckOptions(session.globals().engine));
    STRATA_TRY(backups_.Check());
    Places at;
    STRATA_TRY_ASSIGN(at.http, http_.At());
    STRATA_TRY_ASSIGN(at.grpc, GrpcAt());
    STRATA_TRY_ASSIGN(at.redis, ParseEndpoint(redis_));
    STRATA_TRY(tls_.Check(session.files()));
    STRATA_TRY(CheckExposure("redis", at.redis));
    if (at.grpc) STRATA_TRY(CheckExposure("grpc", *at.grpc));
    if (at.http) STRATA_TRY(CheckExposure("http", *at.http));
    if (!ports_file_.empty() && session.files().List(ports_file_)) {
      return InvalidArgument("--ports-file: " + ports_file_ + " is a folder: name a file in it");
    }
    return at;
  }

  Status CheckExposure(const std::string& front, const Endpoint& endpoint) const {
    if (insecure_ || IsLoopback(endpoint) || tls_.Guards(front)) return {};
    return InvalidArgument("--" + front + " " + ToString(endpoint) +
                           " lets others than this machine connect, whoever they are: use "
                           "127.0.0.1, ask for certificates (--tls-cert, --tls-key, "
                           "--tls-client-ca, --tls-clients required), or say --insecure");
  }

  Result<std::optional<Endpoint>> GrpcAt() const {
    if (grpc_ == "none") return std::optional<Endpoint>();
    STRATA_TRY_ASSIGN(Endpoint endpoint, ParseEndpoint(grpc_.value_or("127.0.0.1:7379")));
    return std::optional<Endpoint>(std::move(endpoint));
  }

  // What is taken is told before a store is made for nothing.
  Status CheckPorts(Session& session, const Places& at) const {
    const std::array wanted{&at.redis, at.grpc && grpc_ ? &*at.grpc : nullptr,
                            at.http && http_.asked() ? &*at.http : nullptr};
    std::vector<std::unique_ptr<Listener>> tried;  // Two of them may be the same.
    for (const Endpoint* const endpoint : wanted) {
      if (endpoint == nullptr) continue;
      STRATA_TRY_ASSIGN(auto listener, session.environment().network->Listen(*endpoint));
      tried.push_back(std::move(listener));
    }
    return {};
  }

  // A front that nobody asked for is left out if its usual port is taken.
  static bool IsThere(const std::string& flag, const std::optional<Endpoint>& endpoint, bool asked,
                      const Environment& environment, Logger& logger) {
    if (!endpoint || asked) return endpoint.has_value();
    const auto tried = environment.network->Listen(*endpoint);
    if (tried || tried.error().code() != ErrorCode::kBusy) return true;
    logger.Log(LogLevel::kWarn, "this front is left out: its usual port is taken; choose another",
               {{"flag", flag}, {"taken", ToString(*endpoint)}});
    return false;
  }

  void AddFront(const std::string& name, const Endpoint& endpoint,
                server::ProtocolFactory factory) {
    options_.fronts.push_back({.name = name, .endpoint = endpoint, .factory = std::move(factory)});
    options_.fronts.back().spoken = tls_.SpokenAt(name, name == "grpc" ? "h2" : "");
  }

  // What is written is told to those who watch by gRPC, and what it holds for clients ends in time.
  void Connect(api::Service* service) {
    options_.waiters = api::WaitersFor({});
    options_.on_tick = [service] { service->OnTick(); };
    options_.on_written = [service](const WriteBatch& batch, std::uint64_t version) {
      service->OnWritten(batch, version);
    };
  }

  // The file again. What it may change holds from now on; the rest is named.
  void Reload(Session& session, Logger& logger, server::Server& server, resp::Shared* shared) {
    const std::string& file = session.globals().config;
    if (file.empty()) {
      tls_.Reload(session.files(), logger);
      if (tls_.on()) return;
      logger.Log(LogLevel::kWarn, "nothing to read again: it was started without --config FILE");
      return;
    }
    ServeVerb fresh;
    const auto read = ReadAgain(session, fresh, "serve");
    if (!read) {
      logger.Log(LogLevel::kError, "the settings stay as they were: the file is wrong",
                 {{"error", std::string_view(read.error().message())}});
      return;
    }
    options_.limits.Adjust(limits_.Limits());
    server.Adjust(options_.limits);
    shared->limits.Adjust(options_.limits);
    http_.Adjust(options_.limits);
    logger.Adjust(log_.Options(session));
    tls_.Reload(session.files(), logger);
    const Status told = limits_.Tell(shared, read->taken);
    STRATA_CHECK(told.has_value());  // Their flags took them.
    for (const Reloaded::Left& left : read->left) {
      logger.Log(LogLevel::kWarn, "this setting needs a restart and stays as it was",
                 {{"option", left.option}, {"now", left.now}, {"then", left.then}});
    }
    std::string changed;
    for (const std::string& name : read->taken) changed += (changed.empty() ? "" : ",") + name;
    logger.Log(LogLevel::kInfo, "settings read again",
               {{"file", file}, {"changed", changed.empty() ? "none" : changed}});
  }

  // What it says, for those who look at the service: "redis 127.0.0.1:6379, grpc none, ..."
  std::string TellWhere(Session& session, Logger& logger,
                        const std::vector<Endpoint>& endpoints) const {
    std::map<std::string, std::string> at{{"grpc", "none"}, {"http", "none"}};
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
      at[options_.fronts[i].name] = ToString(endpoints[i]);
    }
    const auto by_tls = [&](std::string_view front) { return !tls_.SpokenAt(front, "").plain; };
    std::string next = "redis-cli -p " + std::to_string(endpoints.front().port);
    if (by_tls("redis")) next += " --tls";
    if (at["grpc"] != "none") next += ", strata --server " + at["grpc"];
    if (at["grpc"] != "none") next += by_tls("grpc") ? " --tls stats" : " stats";
    if (at["http"] != "none") {
      at["http"] = (by_tls("http") ? "https://" : "http://") + at["http"];
      next += ", or open " + at["http"];
    }
    logger.Log(LogLevel::kInfo, "serving",
               {{"db", session.globals().db},
                {"redis", at["redis"]},
                {"grpc", at["grpc"]},
                {"http", at["http"]},
                {"try", next}});
    return "redis " + at["redis"] + ", grpc " + at["grpc"] + ", http " + at["http"];
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
    Status told = session.files().Rename(draft, ports_file_);
    if (!told) (void)session.files().Remove(draft);
    return Annotate(std::move(told), "--ports-file");
  }

  std::string redis_ = "127.0.0.1:6379";
  std::optional<std::string> grpc_;
  HttpFront http_;
  ServeTls tls_;
  ServeLog log_;
  std::string ports_file_;
  std::uint64_t watch_bytes_ = api::ServiceOptions{}.watch_bytes;
  bool insecure_ = false;
  bool check_config_ = false;
  bool print_config_ = false;
  ServeLimits limits_;
  ServeBackups backups_;
  server::ServerOptions options_;
};

}  // namespace

Command ServeCommand() {
  return {.name = "serve",
          .alias = "",
          .group = "Servers",
          .summary = "Serve a store to Redis clients and by gRPC, with metrics and a dashboard",
          .examples =
              "--db cities serve\n"
              "--db cities serve --redis 127.0.0.1:0 --grpc 127.0.0.1:0 --ports-file ports",
          .make = MakeVerb<ServeVerb>};
}

}  // namespace strata::cli
