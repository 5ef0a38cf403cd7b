#include "cli/server_tls.h"

#include "tls/network.h"

namespace strata::cli {

void ServerTls::Declare(Flags& flags) {
  flags.Switch("tls", &on_, "Speak TLS with the server; any of the following says so, too");
  flags.Text("server-ca", &files_.authorities, "FILE",
             "Who may have signed its certificate (PEM; whom this machine believes)");
  flags.Text("server-name", &files_.server_name, "NAME",
             "What its certificate must call it (the host)");
  flags.Text("client-cert", &files_.certificate, "FILE", "Who we are: a certificate (PEM)");
  flags.Text("client-key", &files_.key, "FILE", "Its key (PEM)");
}

std::optional<ClientTls> ServerTls::Asked() const {
  const bool is_asked = on_ || !files_.authorities.empty() || !files_.server_name.empty() ||
                        !files_.certificate.empty() || !files_.key.empty();
  return is_asked ? std::optional(files_) : std::nullopt;
}

Result<Environment> ServerTls::In(const Environment& environment, const std::string& protocol,
                                  std::unique_ptr<Network>* network) const {
  Environment world = environment;
  if (!Asked()) return world;
  STRATA_TRY_ASSIGN(auto context, tls::Context::ForClient({.certificate = files_.certificate,
                                                           .key = files_.key,
                                                           .authorities = files_.authorities},
                                                          *environment.files));
  *network = std::make_unique<tls::TlsNetwork>(
      *environment.network, *environment.clock, std::move(context),
      tls::Options{.server_name = files_.server_name, .protocol = protocol});
  world.network = network->get();
  return world;
}

}  // namespace strata::cli
