// How verbs that talk to a server speak TLS with it: --server-ca and its like.
//
// Thread safety: none.

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/flags.h"
#include "io/environment.h"
#include "strata/client.h"

namespace strata::cli {

class ServerTls {
 public:
  void Declare(Flags& flags);
  // Nothing: none of the flags was given.
  std::optional<ClientTls> Asked() const;
  // The world to talk to a server in: `environment` itself, or a network of its own on top of its
  // network, which is kept in `*network`. `protocol`: as ALPN names it. Errors: those of reading
  // the files.
  Result<Environment> In(const Environment& environment, const std::string& protocol,
                         std::unique_ptr<Network>* network) const;

 private:
  bool on_ = false;
  ClientTls files_;
};

}  // namespace strata::cli
