#include "cli/verbs/serve_tls.h"

#include <algorithm>
#include <utility>

#include "cli/verbs/split_names.h"

namespace strata::cli {

void ServeTls::Declare(Flags& flags) {
  const auto reloadable = [&flags] { flags.last().is_reloadable = true; };
  flags.Group("TLS");
  flags.Text("tls-cert", &settings_.certificate, "FILE",
             "Speak TLS: the server's certificate, then those between it and its authority (PEM)");
  reloadable();
  flags.Text("tls-key", &settings_.key, "FILE", "Its key (PEM), which nobody else may read");
  reloadable();
  flags.Text("tls-client-ca", &settings_.authorities, "FILE",
             "Who may have signed clients' certificates (PEM)");
  reloadable();
  flags.Choice<tls::Clients>("tls-clients", &settings_.clients,
                             {{"unasked", tls::Clients::kUnasked},
                              {"optional", tls::Clients::kOptional},
                              {"required", tls::Clients::kRequired}},
                             "Whether clients must show a certificate (unasked)");
  reloadable();
  flags.Text("tls-client-names", &client_names_, "NAME,...",
             "Let in only clients whose certificate has one of these names (all)");
  reloadable();
  flags.Text("tls-revoked", &settings_.revoked, "FILE",
             "Certificates that are taken back: a list (PEM) of each authority");
  reloadable();
  flags.Choice<tls::Version>("tls-min", &settings_.version_min,
                             {{"1.2", tls::Version::kTls12}, {"1.3", tls::Version::kTls13}},
                             "The oldest version of TLS (1.2)");
  reloadable();
  flags.Text("tls-fronts", &fronts_, "NAME,...", "Those that speak TLS (redis,grpc,http)");
  flags.DurationMicros("tls-handshake", &handshake_us_, "How long a handshake may take (5s)");
}

bool ServeTls::Speaks(std::string_view front) const {
  const std::vector<std::string> names = SplitNames(fronts_);
  return on() && std::find(names.begin(), names.end(), front) != names.end();
}

bool ServeTls::Guards(std::string_view front) const {
  return Speaks(front) && settings_.clients == tls::Clients::kRequired;
}

tls::Settings ServeTls::Settings() const {
  tls::Settings settings = settings_;
  settings.client_names = SplitNames(client_names_);
  return settings;
}

Status ServeTls::Check(FileSystem& files) const {
  for (const std::string& name : SplitNames(fronts_)) {
    if (name == "redis" || name == "grpc" || name == "http") continue;
    return InvalidArgument("--tls-fronts: '" + name + "' isn't one of redis, grpc, http");
  }
  if (on()) {
    STRATA_TRY(tls::Context::ForServer(Settings(), files));
    return {};
  }
  if (settings_.authorities.empty() && settings_.revoked.empty() && client_names_.empty() &&
      settings_.clients == tls::Clients::kUnasked) {
    return {};
  }
  return InvalidArgument("to ask clients who they are, say --tls-cert and --tls-key, too");
}

Result<Environment> ServeTls::Start(const Environment& environment, Logger* logger) {
  if (!on()) return environment;
  STRATA_TRY_ASSIGN(auto context, tls::Context::ForServer(Settings(), *environment.files));
  tls::Options options;
  options.handshake_us = handshake_us_;
  Environment world = environment;
  network_ = std::make_unique<tls::TlsNetwork>(*environment.network, *environment.clock,
                                               std::move(context), std::move(options), logger);
  world.network = network_.get();
  return world;
}

void ServeTls::Reload(FileSystem& files, Logger& logger) const {
  if (network_ == nullptr) return;
  const Status taken = network_->Adjust(tls::Context::ForServer(Settings(), files));
  if (!taken) {
    logger.Log(LogLevel::kError, "the certificates stay as they were: a file is wrong",
               {{"error", std::string_view(taken.error().message())}});
    return;
  }
  const std::string ends = IsoTime(network_->context()->ends_at_us());
  logger.Log(LogLevel::kInfo, "certificates read again", {{"ends", std::string_view(ends)}});
}

}  // namespace strata::cli
