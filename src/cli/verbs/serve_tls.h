// TLS of `strata serve`: its flags, the network that it listens on, and reading the files again.
//
// Thread safety: none; the network may be used by any thread.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/session.h"
#include "io/logger.h"
#include "tls/network.h"

namespace strata::cli {

class ServeTls {
 public:
  void Declare(Flags& flags);
  bool on() const { return !settings_.certificate.empty() || !settings_.key.empty(); }
  // This front speaks TLS, and lets nobody in whom it doesn't know.
  bool Guards(std::string_view front) const;
  // All that can be wrong with the flags and the files. Errors: kInvalidArgument.
  Status Check(FileSystem& files) const;
  // The world that the server is to listen in: `environment`, unless it is on.
  Result<Environment> Start(const Environment& environment, Logger* logger);
  // What `front` speaks there. `protocol`: as ALPN names it.
  Spoken SpokenAt(std::string_view front, const std::string& protocol) const {
    return {.protocol = protocol, .plain = !Speaks(front)};
  }
  // The files again, for handshakes from now on. One that is wrong leaves all as it was.
  void Reload(FileSystem& files, Logger& logger) const;
  // Null: not on.
  const tls::TlsNetwork* network() const { return network_.get(); }

 private:
  bool Speaks(std::string_view front) const;
  tls::Settings Settings() const;

  tls::Settings settings_;
  std::string client_names_;
  std::string fronts_ = "redis,grpc,http";
  std::uint64_t handshake_us_ = tls::Options{}.handshake_us;
  std::unique_ptr<tls::TlsNetwork> network_;
};

}  // namespace strata::cli
